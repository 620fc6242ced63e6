"""The services: what is signed and sent, what is read, and pushes that are believed, refused or come again."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, NotAllowed
from dangban.orders.models import Parcel
from dangban.testing.cast import NOW, at
from dangban.tracking import accounts, asking
from dangban.tracking.connectors import CONNECTORS, Failed, Wanted
from dangban.tracking.connectors.base import Key
from dangban.tracking.models import Account, Exchange, Step, Track
from dangban.tracking.tests.stories import ParcelCase

KEY = Key("C0FFEE", "k-secret", "salt-9")
FROM_KUAIDI100 = {
    "message": "ok", "nu": "YT1001", "status": "200", "state": "5", "com": "yuantong",
    "data": [
        {"time": "2026-11-19 08:30:00", "ftime": "2026-11-19 08:30:00", "context": "正在派送", "status": "派件", "statusCode": "5"},
        {"time": "2026-11-18 20:00:00", "ftime": "2026-11-18 20:00:00", "context": "离开转运中心", "statusCode": "1002", "areaName": "杭州"},
        {"time": "", "ftime": "", "context": "没有时间"},
    ],
}  # fmt: skip
FROM_KDNIAO = {
    "EBusinessID": "C0FFEE", "ShipperCode": "YTO", "LogisticCode": "YT1001", "Success": True, "State": "2", "StateEx": "202",
    "Traces": [
        {"AcceptTime": "2026-11-18 20:00:00", "AcceptStation": "离开转运中心", "Action": "2"},
        {"AcceptTime": "2026-11-19 08:30:00", "AcceptStation": "正在派送"},
    ],
}  # fmt: skip


class Receiver:
    """A service on this machine: keeps what it was sent, answers what it was told to."""

    def __init__(self, answer: Any, status: int = 200) -> None:
        self.answer, self.status = answer, status
        self.forms: list[dict[str, str]] = []

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        body = (await receive())["body"].decode()
        self.forms.append({name: values[0] for name, values in parse_qs(body).items()})
        said = self.answer(self.forms[-1]) if callable(self.answer) else self.answer
        data = said if isinstance(said, bytes) else json.dumps(said).encode()
        await send({"type": "http.response.start", "status": self.status, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": data})

    def client(self) -> httpx.Client:
        return httpx.Client(transport=_Local(self))


class _Local(httpx.BaseTransport):
    """Carries a request of the plain client to an ASGI application, without a network."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        import asyncio

        async def carry() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app)) as client:
                return await client.request(request.method, request.url, content=request.read(), headers=request.headers)

        found = asyncio.run(carry())
        return httpx.Response(found.status_code, content=found.content, headers=found.headers)


def test_kuaidi100_is_asked_with_its_signature_and_read() -> None:
    service = Receiver(FROM_KUAIDI100)
    news = CONNECTORS["kuaidi100"].ask(Wanted("YT1001", "圆通速递", "0005"), KEY, service.client())
    form = service.forms[0]
    assert json.loads(form["param"]) == {"com": "yuantong", "num": "YT1001", "phone": "0005", "resultv2": "4"}
    assert form["sign"] == hashlib.md5((form["param"] + "k-secret" + "C0FFEE").encode()).hexdigest().upper()
    assert [(node.at, node.said.state if node.said else None, node.text, node.place) for node in news.nodes] == [
        (at("11-19 8:30"), "delivering", "正在派送", ""), (at("11-18 20:00"), "moving", "离开转运中心", "杭州"),
    ]  # fmt: skip


def test_kdniao_is_asked_with_its_signature_and_read() -> None:
    service = Receiver(FROM_KDNIAO)
    news = CONNECTORS["kdniao"].ask(Wanted("SF1", "顺丰速运", "0005"), KEY, service.client())
    form = service.forms[0]
    assert json.loads(form["RequestData"]) == {"ShipperCode": "SF", "LogisticCode": "SF1", "CustomerName": "0005"}
    assert form["DataSign"] == base64.b64encode(hashlib.md5((form["RequestData"] + "k-secret").encode()).hexdigest().encode()).decode()
    assert (form["EBusinessID"], form["DataType"]) == ("C0FFEE", "2")
    assert [node.said.state if node.said else None for node in news.nodes] == ["moving", "delivering"]


@pytest.mark.parametrize(
    ("vendor", "answer", "status"),
    [
        ("kuaidi100", {"result": False, "returnCode": "503", "message": "验证签名失败"}, 200),
        ("kuaidi100", b"<html>", 200),
        ("kuaidi100", [], 200),
        ("kuaidi100", FROM_KUAIDI100, 502),
        ("kdniao", {"Success": False, "Reason": "非法参数"}, 200),
        ("kdniao", b"", 200),
        ("kdniao", "text", 200),
    ],
)
def test_a_service_that_fails_says_so_and_nothing_else_happens(vendor: str, answer: Any, status: int) -> None:
    with pytest.raises(Failed):
        CONNECTORS[vendor].ask(Wanted("YT1001", "圆通"), KEY, Receiver(answer, status).client())


class Asking(ParcelCase):
    def account(self, vendor: str = "kuaidi100", asks: bool = True) -> Account:
        return accounts.keep(vendor, "C0FFEE", "k-secret", salt="salt-9", asks=asks, by=self.cast.bao, at=NOW)

    def test_notes_what_is_new_and_asks_again_after_half_an_hour(self):
        service, account = Receiver(FROM_KUAIDI100), self.account()
        assert asking.ask_with(account, at("10:00"), service.client()) == 2
        assert asking.ask_with(account, at("10:29"), service.client()) == 0
        assert len(service.forms) == 1
        asking.ask_with(account, at("10:31"), service.client())
        assert (len(service.forms), Step.objects.count()) == (2, 2)
        assert Track.objects.get().state == "delivering"

    def test_a_failing_service_is_seen_and_left_alone(self):
        for number in range(6):
            self.carry(f"YT200{number}")
        service = Receiver({"returnCode": "601", "message": "KEY已过期"})
        asking.ask_with(self.account(), NOW, service.client())
        assert len(service.forms) == 3
        assert list(Exchange.objects.values_list("ok", "said").distinct()) == [(False, "601 KEY已过期")]

    def ship(self, courier: str, *numbers: str) -> None:
        for number in numbers:
            parcel = self.carry(number)
            Parcel.objects.filter(pk=parcel.pk).update(courier=courier)

    def numbers(self, service: Receiver) -> list[str]:
        return [json.loads(form["param"])["num"] for form in service.forms]

    def test_a_courier_the_service_would_not_know_is_not_asked_for_and_said_once(self):
        Track.objects.all().delete()
        Parcel.objects.all().delete()
        self.ship("老王专线", "W1", "W2", "W3", "W4")
        self.ship("dhl", "D1")
        self.ship("圆通速递", "Y1")
        service, account = Receiver(FROM_KUAIDI100), self.account()
        asking.ask_with(account, at("10:00"), service.client())
        asking.ask_with(account, at("10:20"), service.client())
        assert self.numbers(service) == ["D1", "Y1"]
        assert list(Exchange.objects.filter(ok=False).values_list("said", flat=True)) == ["unknown courier: 老王专线"]

    def test_a_courier_that_is_refused_again_and_again_holds_no_other_up(self):
        Track.objects.all().delete()
        Parcel.objects.all().delete()
        self.ship("申通快递", *(f"S{number}" for number in range(25)))
        self.ship("圆通速递", "Y1", "Y2")
        refused = {"returnCode": "408", "message": "验证码错误"}
        service = Receiver(lambda form: refused if "shentong" in form["param"] else FROM_KUAIDI100)
        asking.ask_with(self.account(), NOW, service.client())
        assert self.numbers(service) == ["S0", "S1", "S2", "Y1", "Y2"]

    def test_a_service_that_refuses_courier_after_courier_is_left_alone(self):
        Track.objects.all().delete()
        Parcel.objects.all().delete()
        for courier in ("申通快递", "圆通速递", "中通快递", "韵达快递"):
            self.ship(courier, *(f"{courier}{number}" for number in range(4)))
        service = Receiver({"returnCode": "601", "message": "KEY已过期"})
        asking.ask_with(self.account(), NOW, service.client())
        assert len(service.forms) == 9

    def test_an_account_that_fails_does_not_keep_the_other_from_asking(self):
        for number in range(6):
            self.carry(f"YT200{number}")
        self.account()
        self.account("kdniao")
        service = Receiver(lambda form: FROM_KDNIAO if "RequestData" in form else b"<html>")
        asking.ask_each(NOW, service.client())
        assert ["param" in form for form in service.forms] == [True] * 3 + [False] * 4

    def test_keys_are_sealed_and_the_journal_has_none(self):
        account = self.account()
        assert "k-secret" not in account.sealed_key
        assert accounts.key_of(account) == KEY
        assert "k-secret" not in str(list(Entry.objects.filter(verb="tracking.account_kept").values()))
        accounts.keep("kuaidi100", "C0FFEE", "", asks=False, by=self.cast.bao, at=NOW)
        assert accounts.key_of(Account.objects.get()) == KEY

    def test_only_who_keeps_them_for_the_whole_company_may(self):
        Account.objects.all().delete()
        with pytest.raises(NotAllowed):
            accounts.keep("kdniao", "1", "2", asks=False, by=self.cast.zhou)
        with pytest.raises(BadInput):
            accounts.keep("kdniao", "1", "", asks=False, by=self.cast.bao)
        assert not Account.objects.exists()


class Pushed(ParcelCase):
    def setUp(self) -> None:
        super().setUp()
        for vendor in CONNECTORS:
            accounts.keep(vendor, "C0FFEE", "k-secret", salt="salt-9", asks=False, by=self.cast.bao, at=NOW)

    def push(self, vendor: str, form: dict[str, str]) -> dict[str, Any]:
        response = self.as_person(None).post(f"/parcels/push/{vendor}/", form)
        assert response.status_code == 200
        return response.json()

    def from_kuaidi100(self, result: Any, salt: str = "salt-9", param: str | None = None) -> dict[str, Any]:
        param = json.dumps({"status": "polling", "lastResult": result}) if param is None else param
        return self.push("kuaidi100", {"param": param, "sign": hashlib.md5((param + salt).encode()).hexdigest().upper()})

    def from_kdniao(self, data: Any, key: str = "k-secret") -> dict[str, Any]:
        text = json.dumps({"PushTime": "2026-11-19 10:00:00", "EBusinessID": "C0FFEE", "Count": "1", "Data": data})
        sign = base64.b64encode(hashlib.md5((text + key).encode()).hexdigest().encode()).decode()
        return self.push("kdniao", {"RequestData": text, "DataSign": sign, "RequestType": "101"})

    def test_news_of_kuaidi100_are_taken_in_once(self):
        fine = {"result": True, "returnCode": "200", "message": "成功"}
        assert [self.from_kuaidi100(FROM_KUAIDI100), self.from_kuaidi100(FROM_KUAIDI100)] == [fine, fine]
        assert (Step.objects.count(), Track.objects.get().state) == (2, "delivering")

    def test_the_two_services_tell_of_one_scan_once(self):
        self.from_kuaidi100(FROM_KUAIDI100)
        assert self.from_kdniao([FROM_KDNIAO])["Success"] is True
        assert Step.objects.count() == 2

    def test_a_wrong_signature_is_refused_in_the_services_own_way_and_changes_nothing(self):
        assert self.from_kuaidi100(FROM_KUAIDI100, salt="guess") == {"result": False, "returnCode": "500", "message": "signature"}
        assert self.from_kdniao([FROM_KDNIAO], key="guess")["Success"] is False
        assert not Step.objects.exists()
        assert not Exchange.objects.exists()

    def test_without_a_salt_no_push_is_believed(self):
        Account.objects.update(sealed_salt="")
        assert self.from_kuaidi100(FROM_KUAIDI100, salt="")["result"] is False

    def test_what_is_signed_and_can_not_be_read_is_refused_and_seen(self):
        for param in ("", "{", "[]", '{"lastResult": 7}', '{"lastResult": {}}'):
            assert self.from_kuaidi100(None, param=param)["result"] is False
        for data in (7, {}, "x"):
            assert self.from_kdniao(data)["Success"] is False
        assert Exchange.objects.filter(ok=False).count() == 8

    def test_odd_parts_of_a_push_do_no_harm(self):
        odd = {"nu": "YT1001", "data": [7, {"ftime": "2026-11-19 08:00", "context": None}, {"ftime": 5}, {"ftime": "2026-02-31 08:00:00"}], "state": [1]}
        assert self.from_kuaidi100(odd)["result"] is True
        assert self.from_kdniao([None, {"LogisticCode": 8}, {"LogisticCode": "YT1001", "Traces": [None, {"AcceptTime": {}}]}])["Success"] is True
        assert Track.objects.get().state == ""

    def test_numbers_that_are_not_ours_are_left_out(self):
        assert self.from_kuaidi100(FROM_KUAIDI100 | {"nu": "ZT9"})["result"] is True
        assert not Step.objects.exists()

    def test_without_an_account_there_is_nobody(self):
        Account.objects.all().delete()
        for vendor in ("kuaidi100", "kdniao", "other"):
            assert self.as_person(None).post(f"/parcels/push/{vendor}/", {}).status_code == 404
        assert self.as_person(None).get("/parcels/push/kdniao/").status_code == 405
