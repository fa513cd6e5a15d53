from tests.storage.conftest import store, url

__all__ = ["store", "url"]
