"""`portal check --deployment FILE`: what is wrong with a deployment before anything of it runs.

Knows Akash's SDL, compose files and folders of Kubernetes manifests. It reads files and asks nobody.
"""

from portal.deployments.find import find_mistakes

__all__ = ["find_mistakes"]
