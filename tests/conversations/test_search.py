"""Search over titles and everything that was said, with the place found."""

import pytest


def found(client, q):
    answer = client.get("/api/conversations/search", params={"q": q})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def titles(client, q):
    return [one["title"] for one in found(client, q)]


def marked(result):
    return [part["text"] for part in result["excerpt"] if part["found"]]


def shown(result):
    return "".join(part["text"] for part in result["excerpt"])


@pytest.mark.req("C3")
def test_every_word_must_occur_and_the_last_one_may_be_a_beginning(member, written):
    alice = member()
    chat = written(alice, "How do I brew green tea?", "Green tea wants water of 80 degrees.", title="Drinks")
    written(alice, "How do I grow tea?", "In a warm place.", title="Garden")

    (result,) = found(alice.client, "GREEN wat")

    assert (result["conversation"], result["message"]) == (str(chat.id), str(chat.messages[1]))
    assert (result["title"], marked(result)) == ("Drinks", ["Green", "water"])
    assert shown(result) == "Green tea wants water of 80 degrees."
    assert titles(alice.client, "green warm") == []
    assert titles(alice.client, "gree tea") == []
    assert sorted(titles(alice.client, "tea")) == ["Drinks", "Garden"]


@pytest.mark.req("C3")
def test_title_is_found_by_any_part_of_it_and_comes_before_newer_texts(member, written):
    alice = member()
    written(alice, "Nothing of it here.", title="About lighthouses", minutes=1)
    written(alice, "A lighthouse stands here.", title="Coast", minutes=2)
    written(alice, "And a lighthouse there.", title="Harbour", minutes=3)

    assert titles(alice.client, "lighthouse") == ["About lighthouses", "Harbour", "Coast"]
    result = found(alice.client, "houses abo")[0]
    assert (result["message"], marked(result), shown(result)) == (None, ["Abo", "houses"], "About lighthouses")


@pytest.mark.req("C3")
def test_newest_message_of_a_conversation_is_shown_and_deleted_ones_and_other_peoples_are_not(member, written):
    alice, bob = member(), member()
    chat = written(alice, "A zebra.", "Two zebras.", "Three zebras.", title="Zoo")
    gone = written(alice, "Zebras again.", title="Gone")
    written(bob, "My own zebra.", title="Bob's zebra")
    alice.client.delete(gone.path)

    assert [(one["title"], one["message"]) for one in found(alice.client, "zeb")] == [("Zoo", str(chat.messages[2]))]


@pytest.mark.req("C3")
@pytest.mark.parametrize(
    ("text", "q", "marks"),
    [
        ("Ein Äpfelchen fällt", "ÄPFEL", ["Äpfelchen"]),
        ("Привет, мир", "привет ми", ["Привет", "мир"]),
        ("明日東京タワーへ行きます。", "東京", ["東京"]),
        ("我想学习如何安装软件", "安装", ["安装"]),
        ("오늘 학교에서 배웠어요", "학교", ["학교"]),
        ("สวัสดีครับ", "ดีครับ", ["ดีครับ"]),
        ("Use C++ and foo-bar here", "c++", ["C++"]),
        ("Use C++ and foo-bar here", "foo-ba", ["foo-bar"]),
        ("Edit portal_settings now", "settings", ["settings"]),
        ("See https://example.com/path/file.py today", "example.com", ["example.com"]),
        ("It's 100% done\\n", "it's", ["It's"]),
        ("Party 🎉 tonight", "🎉", ["🎉"]),
        ("a -> b", "->", ["->"]),
        ("<b>bold</b> & <script>", "<script>", ["<script>"]),
        ("\u05d1\u200f\u05d5\u05e7\u05e8 \u05d8\u05d5\u05d1", "\u05d8\u05d5\u05d1", ["\u05d8\u05d5\u05d1"]),
        ('<div class="hero">', "her", ["hero"]),
        ("Call os.path.join(a, b)", "join", ["join"]),
        ("Right and/or wrong", "or", ["or"]),
        ("Pi is 3.14159", "3.14", ["3.14159"]),
        ("A back\\slash and `code`", "back\\slash cod", ["back\\slash", "code"]),
    ],
)
def test_words_of_all_writings_and_with_signs_are_found_and_marked(member, written, text, q, marks):
    alice = member()
    written(alice, text)

    (result,) = found(alice.client, q)

    assert (marked(result), shown(result)) == (marks, " ".join(text.split()))


@pytest.mark.req("C3")
@pytest.mark.parametrize(
    "q",
    ["", " ", "'", '"', "\\", "%", "_", "&", "|", "!", "(", "<->", ":*", "a:*b", "' OR 1=1 --", "\0", "x\0y", "&& || !",
     "*" * 200, "a b " * 50, "\u202e", "\u0301", "é" * 200],
)  # fmt: skip
def test_nothing_that_is_typed_breaks_the_search_or_means_anything_special(member, written, q):
    alice = member()
    written(alice, "Plain words.")

    assert titles(alice.client, q) == []


@pytest.mark.req("C3")
def test_question_beyond_the_limit_is_refused(member):
    answer = member().client.get("/api/conversations/search", params={"q": "x" * 201})

    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["query.q"])


@pytest.mark.req("C3")
def test_excerpt_of_a_huge_text_is_short_and_shows_the_place_where_most_words_stand_together(member, written):
    alice = member()
    text = "alpha\n" + "word " * 8_000 + "\n\nalpha and\tbeta meet 👩‍👩‍👧 " + "x" * 50_000
    written(alice, text)

    (result,) = found(alice.client, "alpha beta")

    assert marked(result) == ["alpha", "beta"]
    assert shown(result).startswith("…word")
    assert "alpha and beta meet 👩‍👩‍👧 x" in shown(result)
    assert shown(result).endswith("…")
    assert len(shown(result)) < 250


@pytest.mark.req("C3")
def test_many_found_conversations_are_the_newest_fifty(member, written):
    alice = member()
    for number in range(52):
        written(alice, "A common word.", title=f"Chat {number}", minutes=number)

    assert titles(alice.client, "common") == [f"Chat {number}" for number in range(51, 1, -1)]
