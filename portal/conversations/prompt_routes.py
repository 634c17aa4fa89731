"""Saved prompts over HTTP."""

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from portal.accounts.auth_routes import no_store
from portal.accounts.people import Owner
from portal.conversations.prompts import NewPrompt, PromptAnswer, PromptChange, Prompts


class PromptsAnswer(BaseModel):
    prompts: Sequence[PromptAnswer]


class PromptRoutes:
    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api/prompts", tags=["chat"], dependencies=[Depends(no_store)])
        add = router.add_api_route
        add("", self.all, methods=["GET"])
        add("", self.create, methods=["POST"], status_code=HTTPStatus.CREATED)
        add("/{prompt_id}", self.change, methods=["PATCH"])
        add("/{prompt_id}", self.delete, methods=["DELETE"], status_code=HTTPStatus.NO_CONTENT)
        return router

    async def all(self, person: Owner) -> PromptsAnswer:
        """Your saved prompts, by name."""
        return PromptsAnswer(prompts=[PromptAnswer.model_validate(one) for one in await self._prompts.of(person)])

    async def create(self, body: NewPrompt, person: Owner) -> PromptAnswer:
        """Saves a text, to be used again as a message or as a system prompt."""
        return PromptAnswer.model_validate(await self._prompts.create(person, body))

    async def change(self, prompt_id: str, body: PromptChange, person: Owner) -> PromptAnswer:
        """Another name or text; what is left out stays."""
        return PromptAnswer.model_validate(await self._prompts.change(person, prompt_id, body))

    async def delete(self, prompt_id: str, person: Owner) -> None:
        """Deletes a saved prompt, for good."""
        await self._prompts.delete(person, prompt_id)
