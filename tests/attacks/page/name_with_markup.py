"""The name of the folder is markup.

Would gain: the student, a say in what a page, a terminal or a spreadsheet shows and runs.
Student: '<b onmouseover=alert(1)>'
"""
