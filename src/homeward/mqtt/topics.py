"""Topic names and topic filters [4.7]."""

from __future__ import annotations


def is_topic(text: str) -> bool:
    """Whether the text is a topic name: something, without wildcards and U+0000 [4.7.3]."""
    return bool(text) and not ("+" in text or "#" in text or "\0" in text)


def is_filter(text: str) -> bool:
    """Whether the text is a topic filter: `+` stands for a whole level, `#` for all that remain [4.7]."""
    levels = text.split("/")
    if not text or "\0" in text or any("+" in level and level != "+" for level in levels):
        return False
    return "#" not in text or (text.count("#") == 1 and levels[-1] == "#")


def shared(topic_filter: str) -> tuple[str, str]:
    """The share name and the filter in `$share/NAME/FILTER` [5: 4.8.2]; no name and the filter itself for others.

    What begins as a shared subscription and is none has an empty filter.
    """
    if not topic_filter.startswith("$share/"):
        return "", topic_filter
    _, name, *rest = topic_filter.split("/", 2)
    proper = name and rest and not ("+" in name or "#" in name)
    return (name, rest[0]) if proper else (name or "?", "")


def matches(topic_filter: str, topic: str) -> bool:
    """Whether the filter takes the topic in. A leading wildcard takes in no topic that begins with `$` [4.7.2]."""
    wanted, levels = topic_filter.split("/"), topic.split("/")
    if topic[:1] == "$" and wanted[0] in ("+", "#"):
        return False
    for index, level in enumerate(wanted):
        if level == "#":
            return True
        if index == len(levels) or level not in ("+", levels[index]):
            return False
    return len(wanted) == len(levels)


def covers(wide: str, narrow: str) -> bool:
    """Whether every topic that the filter `narrow` takes in is taken in by the filter `wide`."""
    allowed, levels = ("#" if wide == "+/#" else wide).split("/"), narrow.split("/")
    if narrow[:1] == "$" and allowed[0] in ("+", "#"):
        return False
    for index, level in enumerate(allowed):
        if level == "#":
            return True
        if index == len(levels) or levels[index] == "#" or level not in ("+", levels[index]):
            return False
    return len(allowed) == len(levels)
