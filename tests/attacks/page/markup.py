"""Outputs, errors, names of errors and lines of code hold markup.

Would gain: the student, a say in what a page, a terminal or a spreadsheet shows and runs.
"""
SCRIPT = "<script>alert('out')</script>"
print(SCRIPT, "<img src=x onerror=alert(1)>", "{{ 7*7 }}", "[red]rich[/red]", "\x1b[31m<b>")
print("</pre></div><iframe srcdoc='" + SCRIPT + "'>")
Markup = type("<img src=x onerror=alert(2)>", (RuntimeError,), {})
def forward(self, x): raise Markup(SCRIPT)  # <svg onload=alert(3)>
Flatten.forward = forward
raise Markup(SCRIPT)
