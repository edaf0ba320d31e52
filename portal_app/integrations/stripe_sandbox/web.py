"""The sandbox over HTTP: the API, the hosted pages, faults, the log."""

import json
import re
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from portal_app.integrations.stripe_sandbox import cards, pages
from portal_app.integrations.stripe_sandbox.api import Api
from portal_app.integrations.stripe_sandbox.asked import StripeError, missing, nested, refuse
from portal_app.integrations.stripe_sandbox.state import FAULTS, Json, State

PREFIX = "/sandbox/stripe"
SECRET_FIELDS = frozenset({"number", "cvc", "expiry", "card"})
FAULT_MOST = 10_000
STORED = frozenset({200, 402})
"""Answers that a key brings back; what was refused before anything began may be sent again."""


class _LostError(ConnectionError):
    """The line breaks after the money was taken."""


def router(state: State, public_url: str) -> APIRouter:
    """Make the routes; hosted pages stand under the portal's own address."""
    made = APIRouter(prefix=PREFIX)
    api = Api(state, f"{public_url}{PREFIX}")
    hosted = Hosted(api)

    async def call(request: Request, path: str) -> Response:
        body = (await request.body()).decode("utf-8", "replace")
        return await run_in_threadpool(_call, api, request, path, body)

    async def order(request: Request) -> Response:
        wanted = _wanted(await request.body())
        if wanted is None:
            words = "a JSON object of counts, of: " + ", ".join(FAULTS)
            return JSONResponse({"detail": words}, 422)
        return JSONResponse(await run_in_threadpool(state.order, wanted))

    async def log() -> Response:
        return JSONResponse(await run_in_threadpool(state.log))

    async def faults() -> Response:
        return JSONResponse(await run_in_threadpool(state.order, {}))

    async def page(key: str) -> Response:
        return await run_in_threadpool(hosted.card, key)

    async def send(request: Request, key: str) -> Response:
        fields = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        return await run_in_threadpool(hosted.send, key, fields)

    async def secure(key: str) -> Response:
        return await run_in_threadpool(hosted.secure, key)

    async def answer(request: Request, key: str) -> Response:
        fields = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        return await run_in_threadpool(hosted.answer, key, well=fields.get("answer") == "complete")

    add = made.add_api_route
    add("/v1/{path:path}", call, methods=["GET", "POST", "DELETE"])
    add("/faults", order, methods=["POST"])
    add("/faults", faults, methods=["GET"])
    add("/log", log, methods=["GET"])
    add("/pay/{key}", page, methods=["GET"])
    add("/pay/{key}", send, methods=["POST"])
    add("/secure/{key}", secure, methods=["GET"])
    add("/secure/{key}", answer, methods=["POST"])
    return made


def _wanted(body: bytes) -> dict[str, int] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    if not isinstance(found, dict) or not set(found) <= set(FAULTS):
        return None
    for value in found.values():
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= FAULT_MOST:
            return None
    return found


def _without_card(value: Any) -> Any:
    """Leave out whatever could be a card's number, wherever it stands."""
    if isinstance(value, dict):
        return {k: _without_card(v) for k, v in value.items() if k not in SECRET_FIELDS}
    if isinstance(value, list):
        return [_without_card(v) for v in value]
    if isinstance(value, str) and cards.luhn(cards.digits(value)):
        return "…"
    return value


def _entry(method: str, path: str, key: str | None, parameters: Json) -> Json:
    return {
        "time": time.time(),
        "method": method,
        "path": path,
        "idempotency_key": key,
        "parameters": _without_card(parameters),
    }


def _call(api: Api, request: Request, path: str, body: str) -> Response:
    text = request.url.query if request.method == "GET" else body
    told = exchange(api, request.method, path, text, request.headers)
    if told is None:
        return _lost()
    status, answer, headers = told
    return JSONResponse(answer, status, headers=headers)


def exchange(
    api: Api, method: str, path: str, text: str, headers: Mapping[str, str]
) -> tuple[int, Json, dict[str, str]] | None:
    """Answer one request of the API; nothing where the line breaks after the money was taken."""
    state, key = api.state, headers.get("idempotency-key")
    try:
        if headers.get("authorization") != f"Bearer {state.api_key}":
            raise refuse("Invalid API Key provided.", status=401)
        parameters = nested(parse_qsl(text, keep_blank_values=True))
    except StripeError as error:
        return error.status, error.body, _headers()
    state.note(_entry(method, f"/v1/{path}", key, parameters))
    with state.transaction():
        if state.use("answer_500"):
            words = "Something went wrong on Stripe’s side."
            return 500, {"error": {"type": "api_error", "message": words}}, _headers()
        asked = json.dumps([method, path, parameters], sort_keys=True)
        known = state.answered(key) if key and method == "POST" else None
        if known is not None:
            return _replayed(known, asked)
        status, told = _done(api, method, path, parameters)
        if key and method == "POST" and status in STORED:
            state.remember(key, asked, status, told)
        took = path.startswith("payment_intents") and told.get("status") == "succeeded"
        charged = method == "POST" and took and state.use("time_out_after_charge")
    return None if charged else (status, told, _headers())


def _done(api: Api, method: str, path: str, parameters: Json) -> tuple[int, Json]:
    try:
        return 200, api.answer(method, path, parameters)
    except StripeError as error:
        return error.status, error.body
    except (KeyError, ValueError, TypeError):
        wrong = refuse("Invalid parameters.")
        return wrong.status, wrong.body


def _replayed(known: tuple[str, int, Json], asked: str) -> tuple[int, Json, dict[str, str]]:
    before, status, body = known
    if before != asked:
        words = (
            "Keys for idempotent requests can only be used with the same parameters they were "
            "first used with."
        )
        return 400, {"error": {"type": "idempotency_error", "message": words}}, _headers()
    return status, body, {**_headers(), "Idempotent-Replayed": "true"}


def _headers() -> dict[str, str]:
    return {"Request-Id": f"req_{time.time_ns():x}"}


def _lost() -> Response:
    async def nothing() -> AsyncIterator[bytes]:
        yield b"{"
        raise _LostError

    return StreamingResponse(nothing(), media_type="application/json")


class Hosted:
    """The hosted pages."""

    def __init__(self, api: Api) -> None:
        """Show and fill the sessions of that API."""
        self._api, self._state = api, api.state

    def _session(self, key: str) -> Json | None:
        try:
            with self._state.transaction():
                found = self._api.need("checkout.session", key)
        except StripeError:
            return None
        return found

    def card(self, key: str, error: str = "") -> Response:
        """Show the page that asks for a card."""
        session = self._session(key)
        if session is None:
            return Response(status_code=404)
        if session["status"] == "complete":
            return _back(session["success_url"], key)
        if session["status"] != "open":
            return HTMLResponse(pages.over_page(), 410)
        return HTMLResponse(pages.card_page(session, error))

    def send(self, key: str, fields: dict[str, str]) -> Response:
        """Take what was typed."""
        session = self._session(key)
        if session is None or session["status"] != "open":
            return self.card(key)
        self._state.note(_entry("POST", f"/pay/{key}", None, fields))
        if fields.get("back"):
            return _back(session["cancel_url"] or session["success_url"], key)
        number = cards.digits(fields.get("number", ""))
        expiry = _expiry(fields.get("expiry", ""))
        wrong = _wrong(number, expiry, fields.get("cvc", ""))
        if wrong or expiry is None:
            return self.card(key, wrong)
        fails: StripeError | None = None
        with self._state.transaction():
            session = self._api.need("checkout.session", key)
            if session["status"] == "open":
                try:
                    onward = self._take(session, number, *expiry)
                except StripeError as error:  # what happened until then stays
                    fails = error
            else:
                onward = ""
        if fails is not None:
            return self.card(key, str(fails))
        return _see(onward) if onward else self.card(key)

    def _take(self, session: Json, number: str, month: int, year: int) -> str:
        """Pay, or save the card; returns where to go on, nothing where it is done."""
        api = self._api
        method = api.card(number, month, year)
        if session["mode"] == "setup":
            return self._save(session, method)
        hidden = (self._state.get("hidden", f"h_{session['id']}") or {"intent": {}})["intent"]
        if session["payment_intent"]:
            intent = api.need("payment_intent", session["payment_intent"])
        else:
            intent = api.intent(
                session["amount_total"],
                session["currency"],
                session["customer"],
                hidden.get("metadata", {}),
                hidden.get("description", ""),
            )
            session["payment_intent"] = intent["id"]
            self._state.put("checkout.session", session)
        if intent["status"] == "requires_action":
            return str(intent["next_action"]["redirect_to_url"]["url"])
        done = api.charge(intent, method)
        if done["status"] == "requires_action":
            self._state.put("hidden", {"id": f"s_{done['id']}", "session": session["id"]})
            return str(done["next_action"]["redirect_to_url"]["url"])
        self._paid(session, method)
        return ""

    def _paid(self, session: Json, method: Json) -> None:
        hidden = (self._state.get("hidden", f"h_{session['id']}") or {"intent": {}})["intent"]
        if hidden.get("setup_future_usage") and session["customer"]:
            self._api.attached(method, session["customer"])
        self._api.finish_session(session)

    def _save(self, session: Json, method: Json) -> str:
        api = self._api
        setup = api.setup(session["customer"], session["metadata"])
        session["setup_intent"] = setup["id"]
        if api.behaves(method["id"])["behaves"] in {"asks", "once"}:
            setup["payment_method"], setup["status"] = method["id"], "requires_action"
            self._state.put("setup_intent", setup)
            self._state.put("hidden", {"id": f"s_{setup['id']}", "session": session["id"]})
            self._state.put("checkout.session", session)
            return f"{api.base}/secure/{setup['id']}"
        api.saved(setup, method)
        self._state.put("checkout.session", session)
        api.finish_session(session)
        return ""

    def secure(self, key: str) -> Response:
        """Show the page of 3-D Secure."""
        found = self._state.get("payment_intent", key) or self._state.get("setup_intent", key)
        if found is None:
            return Response(status_code=404)
        if found["status"] != "requires_action":
            return self._onward(found)
        words = ""
        if found["object"] == "payment_intent":
            words = f" who pays {pages.amount_words(found['amount'], found['currency'])}"
        return HTMLResponse(pages.secure_page(words))

    def answer(self, key: str, *, well: bool) -> Response:
        """Take the answer of 3-D Secure."""
        self._state.note(_entry("POST", f"/secure/{key}", None, {"well": well}))
        try:
            with self._state.transaction():
                found = self._answered(key, well=well)
        except StripeError:
            return Response(status_code=404)
        return self._onward(found)

    def _answered(self, key: str, *, well: bool) -> Json:
        api = self._api
        found = self._state.get("payment_intent", key) or self._state.get("setup_intent", key)
        if found is None:
            raise missing("payment_intent", key)
        if found["status"] != "requires_action":
            return found
        link = self._state.get("hidden", f"s_{key}")
        session = api.need("checkout.session", link["session"]) if link else None
        method = api.need("payment_method", found["payment_method"])
        if found["object"] == "payment_intent":
            back = found["next_action"]["redirect_to_url"]["return_url"]
            self._state.put("hidden", {"id": f"r_{key}", "back": back})
            found = api.authenticated(found, well=well)
            if well and session:
                self._paid(session, method)
        elif well:
            self._state.put(
                "behaviour", {**api.behaves(method["id"]), "id": f"b_{method['id']}", "asked": 1}
            )
            api.saved(found, method)
            if session:
                api.finish_session(session)
        else:
            found.update(status="requires_payment_method", payment_method=None)
            self._state.put("setup_intent", found)
        return found

    def _onward(self, found: Json) -> Response:
        link = self._state.get("hidden", f"s_{found['id']}")
        if link:
            session = self._session(link["session"])
            if session and session["status"] == "open":
                words = "We could not check that this is your card. Try another card."
                return self.card(link["session"], words)
            return self.card(link["session"])
        back = self._state.get("hidden", f"r_{found['id']}")
        if back is None or not back["back"]:
            return HTMLResponse(pages.over_page(), 410)
        joint = "&" if "?" in back["back"] else "?"
        return _see(f"{back['back']}{joint}payment_intent={found['id']}")


def _wrong(number: str, expiry: tuple[int, int] | None, cvc: str) -> str:
    if not cards.luhn(number):
        return "Your card number is not right."
    if expiry is None:
        return "Your card has expired, or its expiry is not right."
    return "" if re.fullmatch(r"\d{3,4}", cvc) else "Your card’s security code is not right."


def _expiry(text: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"\s*(\d{1,2})\s*/?\s*(\d{2}|\d{4})\s*", text)
    if not found:
        return None
    month, year = int(found[1]), int(found[2])
    year += 2000 if year < 100 else 0
    now = time.gmtime()
    past = (year, month) < (now.tm_year, now.tm_mon)
    return None if past or not 1 <= month <= 12 else (month, year)


def _back(address: str, session: str) -> Response:
    return _see(address.replace("{CHECKOUT_SESSION_ID}", session))


def _see(address: str) -> Response:
    return RedirectResponse(address, 303)
