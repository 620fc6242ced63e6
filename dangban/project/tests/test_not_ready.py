"""What people are told while the house itself is not ready."""

from django.db import OperationalError
from django.test import RequestFactory

from dangban.handbook.current import NoHandbook
from dangban.project import problems, views
from dangban.testing import pages
from dangban.testing.cast import NOW


class WithoutAHandbook(pages.CastCase):
    def test_the_workspace_says_so_and_how_to_adopt_one(self):
        response = self.as_person(self.cast.lin).get("/workspace/")
        assert response.status_code == 503
        assert "没有生效的制度" in response.content.decode()
        assert "handbook adopt presets/default" in response.content.decode()

    def test_a_program_gets_a_problem_document(self):
        response = self.as_person(self.cast.lin).get("/workspace/", headers={"Accept": "application/json"})
        assert response.status_code == 503
        assert response.json()["type"] == "about:blank#no-handbook"


def test_a_silent_database_is_told_from_a_fault_of_ours():
    assert problems.waiting(OperationalError("server closed the connection")).code == "no-database"
    assert problems.waiting(NoHandbook(NOW)).code == "no-handbook"
    assert problems.waiting(ValueError("a bug")) is None


def test_a_middleware_that_meets_a_silent_database_ends_on_the_same_page():
    request = RequestFactory().get("/", headers={"Accept": "application/json"})
    try:
        raise OperationalError("disk I/O error")
    except OperationalError:
        response = views.server_error(request)
    assert response.status_code == 503
