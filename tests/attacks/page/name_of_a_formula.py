"""The name of the folder is a formula that starts a program where a table of marks is opened.

Would gain: the student, a say in what a page, a terminal or a spreadsheet shows and runs.
Student: "=cmd|' C calc'!A0"
"""
