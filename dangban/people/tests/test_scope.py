from dangban.testing.pages import CastCase
from dangban.people.access import scope
class T(CastCase):
    def test_x(self):
        assert scope(self.cast.lin).sees(self.cast.shop.pk)
        assert not scope(self.cast.hu).sees(self.cast.shop.pk)
        assert scope(self.cast.bao).everywhere
