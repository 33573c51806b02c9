"""Checks a document against junit.xsd, without a package that a fresh machine lacks.

Knows of XML Schema what that file uses: elements that are sequences of references with their
occurrences, attributes with types and use, elements of plain text. Used by publish_test.py.
"""

import re
import xml.etree.ElementTree as ElementTree

XS = "{http://www.w3.org/2001/XMLSchema}"
TYPES = {
    "xs:string": re.compile(r".*", re.DOTALL),
    "xs:nonNegativeInteger": re.compile(r"[0-9]+"),
    "xs:decimal": re.compile(r"[0-9]+(\.[0-9]+)?"),
}


class Schema:
    def __init__(self, file):
        root = ElementTree.parse(file).getroot()
        self.elements = {element.get("name"): element for element in root.findall(XS + "element")}

    def complaints(self, element, where=""):
        """All that is wrong with `element` and what is in it, as lines."""
        where = f"{where}/{element.tag}"
        declared = self.elements.get(element.tag)
        if declared is None:
            return [f"{where}: no such element"]
        if declared.get("type"):
            wrong = [f"{where}: {child.tag} in plain text" for child in element]
            return wrong + [f"{where}: attribute {name}" for name in element.attrib]
        kind = declared.find(XS + "complexType")
        wrong = self._attributes(kind, element, where) + self._children(kind, element, where)
        texts = [element.text, *(child.tail for child in element)]
        if any((text or "").strip() for text in texts):
            wrong.append(f"{where}: text beside elements")
        for child in element:
            wrong += self.complaints(child, where)
        return wrong

    @staticmethod
    def _attributes(kind, element, where):
        declared = {found.get("name"): found for found in kind.findall(XS + "attribute")}
        wrong = [f"{where}: no attribute {name}" for name, attribute in declared.items()
                 if attribute.get("use") == "required" and name not in element.attrib]
        for name, value in element.attrib.items():
            if name not in declared:
                wrong.append(f"{where}: attribute {name}")
            elif not TYPES[declared[name].get("type")].fullmatch(value):
                wrong.append(f"{where}: {name} is {value!r}")
        return wrong

    @staticmethod
    def _children(kind, element, where):
        wrong, tags = [], [child.tag for child in element]
        sequence = kind.find(XS + "sequence")
        for part in () if sequence is None else sequence:
            count = 0
            while tags and tags[0] == part.get("ref"):
                tags.pop(0)
                count += 1
            most = part.get("maxOccurs")
            if count < int(part.get("minOccurs")) or (most != "unbounded" and count > int(most)):
                wrong.append(f"{where}: {count} of {part.get('ref')}")
        return wrong + [f"{where}: {tag} out of place" for tag in tags[:1]]
