"""Settings for tests: a data folder of their own, a fast hasher, strict templates."""

import atexit
import os
import shutil
import tempfile

if "DANGBAN_DATA" not in os.environ:
    # The processes that this one starts share it.
    os.environ["DANGBAN_DATA"] = tempfile.mkdtemp(prefix="dangban-test-")
    atexit.register(shutil.rmtree, os.environ["DANGBAN_DATA"], ignore_errors=True)
os.environ.setdefault("DANGBAN_SECRET_KEY", "only for tests")

from dangban.project.settings import *  # noqa: F403
from dangban.project.settings import DATABASES, STATIC_ROOT, STORAGES, TEMPLATES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STRICT_TEMPLATES = True
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
TEMPLATES[0]["OPTIONS"] = {**TEMPLATES[0]["OPTIONS"], "auto_reload": False}  # type: ignore[dict-item]
ALLOWED_HOSTS = ["*"]
# Each client of a test makes the middleware anew, and WhiteNoise would read every file's stamp each time; so it looks when asked.
WHITENOISE_AUTOREFRESH = True
# WhiteNoise says of every client that the folder is missing.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# A look at the handbook's stamp each second would make counts of queries differ from run to run.
HANDBOOK_CHECK_SECONDS = 3600

if os.environ.get("DANGBAN_TEST_DATABASE_URL"):
    from dangban.project.configuration import database_from_url

    DATABASES["default"] = database_from_url(os.environ["DANGBAN_TEST_DATABASE_URL"], default=None)  # type: ignore[arg-type]
    if template := os.environ.get("DANGBAN_TEST_TEMPLATE"):
        # All tables are there; Django finds them up to date.
        DATABASES["default"]["TEST"] = {"TEMPLATE": template}
else:
    # Durability is measured elsewhere; here it would only make every test wait for the disk.
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA foreign_keys=ON; PRAGMA synchronous=OFF;"
    # Named outright: pytest-xdist would make a file's path out of a name that it derives itself.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}
