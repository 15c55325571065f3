"""The demo in the book: the course's model answers in the page, and without scripts a still says the same."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from solutions import data
from solutions.deploy import web
from solutions.deployment import classify, load_model
from tests.conftest import ROOT

PAGES = ["chapters/index.html", "chapters/6-deployment.html"]
MODEL = ROOT / "data" / "model" / "garments.safetensors"


@pytest.mark.parametrize("name", PAGES)
def test_it_begins_with_a_photograph_answered_as_without_scripts_and_others_and_drawings_follow(
    page: Page, address: str, name: str
) -> None:
    sample = data.load(data.SAMPLE_FOLDER)
    answers = classify(load_model(MODEL), web.example(sample, 9))
    label, probability = classify(web.as_on_the_page(load_model(MODEL)), web.example(sample, 1))[0]
    page.goto(address + name)
    demo = page.locator(".garment-demo")
    expect(demo.get_by_role("status")).to_contain_text(answers[0][0])
    expect(demo.locator(".demo-answers li").first).to_contain_text(f"{100 * answers[0][1]:.0f}")
    expect(demo.get_by_role("application")).to_have_accessible_name(re.compile("ankle boot"))
    page.get_by_role("button", name="Example: Trouser").click()
    expect(demo.locator(".demo-answers li")).to_have_count(5)
    assert probability > 0.6
    expect(demo.get_by_role("status")).to_contain_text(label)
    paper = demo.get_by_role("application")
    paper.hover(position={"x": 60, "y": 60})
    page.mouse.down()
    paper.hover(position={"x": 120, "y": 160})
    page.mouse.up()
    expect(demo.get_by_role("application")).to_have_accessible_name("Your drawing")


@pytest.mark.parametrize("name", PAGES)
def test_without_scripts_a_still_shows_a_photograph_and_its_answer(browser: Browser, address: str, name: str) -> None:
    answers = classify(load_model(MODEL), web.example(data.load(data.SAMPLE_FOLDER), 9))
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address + name)
        still = page.locator(".garment-demo")
        expect(still.get_by_role("img")).to_have_count(2)
        expect(still.locator("li").first).to_contain_text(answers[0][0])
        expect(still.locator(".demo-note")).to_contain_text("Where scripts are switched on, you draw")
