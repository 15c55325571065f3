"""Fifty megabytes of HTML are displayed.

Would gain: nobody; the class is not graded, or others lose marks or time.
"""

from IPython.display import HTML, Javascript, display as show
html = HTML("<table>" + "<tr><td><script>alert(1)</script>" * 1_500_000)
show(html)
display(html, Javascript("alert(1)"))
html
