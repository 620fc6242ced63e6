from django.urls import reverse

from dangban.testing import pages


class TestGallery(pages.PageCase):
    reader = "bao"
    strangers = ("lin",)
    stranger_status = 403
    chinese = "界面样例"
    english = "Design gallery"

    def address(self) -> str:
        return reverse("gallery")

    def test_htmx_aiming_at_main_gets_the_work_without_the_frame(self) -> None:
        response = self.as_person(self.cast.bao).get(
            self.address(), headers={"HX-Request": "true", "HX-Target": "main"}
        )
        page = response.content.decode()
        assert "page-head" in page
        assert "<html" not in page
        assert 'class="rail"' not in page

    def test_completion_finds_by_pinyin_initials(self) -> None:
        response = self.as_person(self.cast.bao).get(reverse("gallery_completion"), {"q": "fhs"})
        assert [item["label"] for item in response.json()["items"]] == ["发货时间"]

    def test_an_address_that_leads_nowhere_says_so_in_the_frame(self) -> None:
        response = self.as_person(self.cast.bao).get("/nowhere/")
        assert response.status_code == 404
        assert "找不到这个页面" in response.content.decode()
