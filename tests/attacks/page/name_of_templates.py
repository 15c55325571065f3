"""The name of the folder is a template, a style and a command of a shell.

Would gain: the student, a say in what a page, a terminal or a spreadsheet shows and runs.
Student: '{{ 7*7 }}[red]$(id)`id`'
"""
