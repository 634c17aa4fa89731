"""The chat as a person uses it: what they press, and where they look."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect


@dataclass(frozen=True)
class ChatPage:
    page: Page
    url: str

    def open(self, path: str = "/chat", model: str = "chat-echo") -> None:
        self.page.goto(f"{self.url}{path}" + (f"?model={model}" if path == "/chat" else ""))
        expect(self.page.get_by_role("button", name=re.compile("^Model"))).not_to_have_count(0)

    @property
    def question(self) -> Locator:
        return self.page.get_by_role("textbox", name="Your question", exact=True)

    @property
    def answers(self) -> Locator:
        return self.page.get_by_role("article", name=re.compile("^Answer of"))

    @property
    def questions(self) -> Locator:
        return self.page.get_by_role("article", name="Your question")

    def ask(self, text: str) -> None:
        self.question.fill(text)
        self.question.press("Enter")

    def asks_and_is_answered(self, text: str, answer: str) -> None:
        self.ask(text)
        expect(self.answers.last).to_contain_text(answer)
        self.waits_for_the_end()

    def waits_for_the_end(self) -> None:
        expect(self.button("Send")).to_be_visible()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def compares_with(self, place: int, model: str) -> None:
        self.button("Compare").click()
        self.page.get_by_role("button", name=f"Model {place}:").click()
        self.choose(model)

    def choose(self, model: str) -> None:
        self.page.get_by_role("combobox", name="Search models").fill(model)
        self.page.get_by_role("option", name=re.compile(model)).click()
