from tests.browser.conftest import *
from tests.browser import states
from tests.browser.measure import whats_wrong
CSS = open("/tmp/short.css").read()
@pytest.mark.parametrize("name", states.TIPS)
def test_it(visit, alice, watch, name):
    watch.expect(".*")
    page = visit(alice, has_touch=True, service_workers="block", viewport={"width":844,"height":390}, bypass_csp=True)
    states.TIPS[name](page, alice)
    page.add_style_tag(content=CSS)
    page.wait_for_timeout(100)
    page.screenshot(path=f"/tmp/shots/{name}-844.png")
    assert whats_wrong(page, whole_in_sight=True) == []
