"""The name of the folder is an option of a command.

Would gain: the student, a say in what a page, a terminal or a spreadsheet shows and runs.
Student: '-rf'
"""
