import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from dangban.handbook.actions import adopt_preset, forget
from dangban.knowledge import actions
from dangban.knowledge.models import Script
from dangban.testing import pages


class ScriptCase(pages.CastCase):
    @classmethod
    def set_up_story(cls):
        forget()
        adopt_preset("default")
        cls.script = actions.write_script(
            by=cls.cast.zhou, scope="company", stage="greeting", title="开场问候", body="您好{顾客}，<b>欢迎</b>"
        )

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        forget()

    def setUp(self):
        super().setUp()
        forget()

    def get(self, path, who="lin"):
        return self.as_person(getattr(self.cast, who)).get(path)

    def post(self, path, who="lin", **data):
        return self.as_person(getattr(self.cast, who)).post(path, data)

    def write(self, who="lin", **changed):
        said = {"scope": "personal", "stage": "need", "title": "问尺码", "body": "请问床多大？"} | changed
        return self.post("/scripts/new/", who, **said)


class ScriptsPage(ScriptCase, pages.PageCase):
    chinese = "开场问候"
    english = "Scripts, for agents"
    strangers = ("ding", "qian")
    stranger_status = 403
    queries = 20

    def address(self):
        return "/scripts/"

    def test_they_are_found_by_the_initials_of_their_title(self):
        assert "开场问候" in self.get("/scripts/?q=kcwh").content.decode()
        assert "开场问候" not in self.get("/scripts/?q=cfwl").content.decode()

    def test_what_stands_in_them_is_shown_as_text(self):
        assert "&lt;b&gt;欢迎&lt;/b&gt;" in self.get("/scripts/").content.decode()

    def test_ones_own_is_nobody_elses(self):
        self.write()
        assert "问尺码" in self.get("/scripts/").content.decode()
        assert "问尺码" not in self.get("/scripts/", "mei").content.decode()


class ScriptPage(ScriptCase, pages.PageCase):
    chinese = "开场问候"
    strangers = ("ding",)
    stranger_status = 403
    queries = 22

    def address(self):
        return f"/scripts/{self.script.pk}/"


class Writing(ScriptCase):
    def test_an_agent_writes_for_themselves(self):
        assert self.write().status_code == 302
        kept = Script.objects.get(title="问尺码")
        assert (kept.scope, kept.owner, kept.keys.split()[0]) == ("personal", self.cast.lin, "wcm")

    def test_an_agent_does_not_write_for_the_company(self):
        assert self.write(scope="company").status_code == 422
        assert Script.objects.count() == 1

    def test_what_cannot_be_filled_in_stands_at_the_field(self):
        answer = self.write(body="您好{暗号}")
        assert answer.status_code == 422
        assert "{暗号}" in answer.content.decode()
        assert Script.objects.count() == 1

    def test_a_team_script_names_its_team(self):
        assert self.write("zhou", scope="team").status_code == 422
        assert self.write("zhou", scope="team", team=self.cast.team.pk).status_code == 302
        assert self.write("zhou", scope="team", team=self.cast.other_team.pk).status_code == 422

    def test_a_picture_is_taken_and_a_lie_is_refused(self):
        drawn = io.BytesIO()
        Image.new("RGB", (8, 8), "red").save(drawn, "PNG")
        picture = SimpleUploadedFile("a.png", drawn.getvalue(), "image/png")
        assert self.write(picture=picture).status_code == 302
        assert Script.objects.get(title="问尺码").image.kind == "image"
        lie = SimpleUploadedFile("a.png", b"<script>alert(1)</script>", "image/png")
        assert self.write(title="另一条", picture=lie).status_code == 422
        assert not Script.objects.filter(title="另一条").exists()

    def test_somebody_elses_is_not_changed(self):
        answer = self.post(
            f"/scripts/{self.script.pk}/", "lin", stage="need", title="改了", body="改了"
        )
        assert answer.status_code == 422
        self.script.refresh_from_db()
        assert self.script.title == "开场问候"

    def test_its_writer_changes_and_retires_it(self):
        path = f"/scripts/{self.script.pk}/"
        assert self.post(path, "zhou", stage="need", title="改了", body="改了").status_code == 302
        assert self.post(path + "retirement/", "zhou").status_code == 302
        assert "改了" not in self.get("/scripts/", "zhou").content.decode()

    def test_the_preview_fills_in_an_example_customer(self):
        answer = self.post("/scripts/preview/", body="您好{顾客}，我是{客服}").content.decode()
        assert "您好方女士，我是林客服" in answer
