import re
import pytest
from tests.journeys.conftest import *
pytestmark = pytest.mark.anyio

async def test_smoke(sign_in):
    b = await sign_in("person-b")
    for path in ("/my","/my/licences","/my/messages","/my/settings","/my/data-uses","/apply/senior-card","/progress","/verify","/verify/presentation", "/apply/food-business"):
        r = await b.get(path)
        print(path, r.status_code)
        assert r.status_code == 200, r.text[-1500:]
        checked(r)
    await b.get("/apply/senior-card")
    r = await b.post("/apply/senior-card"); print(r.status_code, r.headers.get("location"), r.text[:500] if r.status_code!=303 else "")
    r = await b.follow(); checked(r); assert r.status_code==200
    for href in sorted(set(re.findall(r'href="(/applications/[^"#]+)"', r.text))):
        p = await b.get(href); print(href, p.status_code); assert p.status_code==200, p.text[-1500:]; checked(p)
