from portal.core.crypto import is_api_key, new_api_key, preview


def test_key_is_recognisable_and_a_changed_one_is_not():
    key = new_api_key()

    assert is_api_key(key)
    for position in range(len(key)):
        changed = key[:position] + ("x" if key[position] != "x" else "y") + key[position + 1 :]
        assert not is_api_key(changed)
    assert not is_api_key("")
    assert not is_api_key("sk-chatapi-")


def test_preview_shows_too_little_to_use():
    key = new_api_key()

    assert preview(key) == f"sk-chatapi-…{key[-4:]}"
