r"""The name of the folder is SQL.

Would gain: the student, a say in what a page, a terminal or a spreadsheet shows and runs.
Student: 'o\'brien "; DROP TABLE student; --'
"""
