"""Scenarios: worked examples of a policy, written as YAML by those who know it.

`model` reads the files, `runner` settles and compares, `report` tells what differs;
`pytest_plugin` lets plain pytest run them. This file imports none of them: the plugin is loaded
by every pytest of an environment that has mediaid in it.
"""
