r"""The name of the folder runs from right to left.

Would gain: the student, a say in what a page, a terminal or a spreadsheet shows and runs.
Student: '\u202eright-to-left'
"""
