r"""The name of the folder controls a terminal.

Would gain: the student, a say in what a page, a terminal or a spreadsheet shows and runs.
Student: 'ascii\x1b[31m'
"""
