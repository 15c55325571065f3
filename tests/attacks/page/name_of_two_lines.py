r"""The name of the folder has two lines.

Would gain: the student, a say in what a page, a terminal or a spreadsheet shows and runs.
Student: 'two\nlines'
"""
