"""Products of this repository, as its users have them: a site, a zip in a new environment, a course folder."""

from tests.book.conftest import pdf_file, site  # noqa: F401
from tests.instructor.releasing.conftest import machine  # noqa: F401
