"""The JSON of a sheet, in the shape of recorded answers: nearly all numbers are strings."""

from typing import Any

from shopweave.simulators.catalogue import Sheet

Body = dict[str, Any]
_WEIGHTS = {"94": "Weight", "19017": "Weight (with stand)", "762": "Package weight"}


def body_of(sheet: Sheet, lang: str, url: str, content_token: str = "") -> Body:
    """Give `data` of a good answer; with a content token the addresses of pictures carry it."""
    said = "EN" if sheet.english_only else lang
    empty = sheet.english_only and lang != "EN"
    text = "" if empty or sheet.thin else f"<b>{sheet.title}.</b><br>Well made, by {sheet.brand}."
    pictures = [_picture(sheet, number, url, content_token) for number in range(1, sheet.pictures + 1)]
    return {
        "GeneralInfo": _general(sheet, said, text, empty=empty),
        "Image": _main(pictures[0]) if pictures else {},
        "Multimedia": _multimedia(sheet, said, url) if sheet.label else [],
        "Gallery": pictures,
        "FeaturesGroups": [] if sheet.thin and sheet.weight is None else [_features(sheet, said)],
        "FeatureLogos": [],
        "ReasonsToBuy": [],
        "Reviews": [],
        "ProductRelated": [],
        "CatalogObjectCloud": {},
        "Variants": [],
        "ProductStory": [],
        "Dictionary": {},
        "DemoAccount": False,
    }


def _general(sheet: Sheet, lang: str, text: str, *, empty: bool) -> Body:
    summary = "" if empty else f"{sheet.title}. Brand: {sheet.brand}"
    return {
        "IcecatId": sheet.icecat_id,
        "ReleaseDate": "",
        "EndOfLifeDate": "",
        "Title": sheet.title,
        "TitleInfo": {
            "GeneratedIntTitle": sheet.title,
            "GeneratedLocalTitle": {"Value": sheet.title, "Language": lang},
            "BrandLocalTitle": {"Value": "", "Language": lang},
        },
        "Brand": sheet.brand,
        "BrandID": "99001",
        "BrandLogo": "",
        "BrandInfo": {"BrandName": sheet.brand, "BrandLocalName": "", "BrandLogo": ""},
        "ProductName": sheet.title,
        "BrandPartCode": sheet.part_number,
        "GTIN": [sheet.gtin],
        "GTINs": [{"GTIN": sheet.gtin, "IsApproved": True}],
        "Category": {"CategoryID": "2646", "Name": {"Value": "Products", "Language": lang}},
        "ProductFamily": {},
        "ProductSeries": {"SeriesID": "1"},
        "Description": _description(sheet, lang, text),
        "SummaryDescription": {"ShortSummaryDescription": summary, "LongSummaryDescription": summary},
        "BulletPoints": {},
        "GeneratedBulletPoints": {}
        if empty or sheet.thin
        else {"Language": lang, "Values": [sheet.brand, "Ready to use"]},
    }


def _description(sheet: Sheet, lang: str, text: str) -> Body:
    return {
        "ID": str(sheet.icecat_id),
        "LongDesc": text,
        "LongProductName": sheet.title,
        "MiddleDesc": "",
        "Disclaimer": "",
        "ManualPDFURL": "",
        "ManualPDFSize": "0",
        "LeafletPDFURL": "",
        "PDFSize": "0",
        "URL": "",
        "WarrantyInfo": "",
        "Updated": "2026-01-10 08:00:00",
        "Language": lang,
    }


def _picture(sheet: Sheet, number: int, url: str, token: str) -> Body:
    address = f"{url}/img/{sheet.icecat_id}_{number}.png" + (f"?content_token={token}" if token else "")
    sizes = {f"Pic500x500{part}": "500" for part in ("Size", "Height", "Width")}
    return {
        "ID": str(number),
        "Pic": address,
        "Size": "200",
        "PicHeight": "8",
        "PicWidth": "8",
        "Pic500x500": address,
        **sizes,
        "LowPic": address,
        "LowSize": "200",
        "LowHeight": "8",
        "LowWidth": "8",
        "ThumbPic": address,
        "ThumbPicSize": "200",
        "No": str(number),
        "IsMain": "Y" if number == 1 else "N",
        "Updated": "2026-01-10 08:00:00",
        "IsPrivate": "0",
        "Type": "ProductImage",
        "Attributes": {"OriginalFileName": ""},
    }


def _main(picture: Body) -> Body:
    sizes = {
        f"{name}{part}": "8"
        for name in ("HighPic", "LowPic", "Pic500x500")
        for part in ("Size", "Height", "Width")
    }
    names = dict.fromkeys(("HighPic", "LowPic", "Pic500x500", "ThumbPic"), picture["Pic"])
    return {**names, **sizes, "ThumbPicSize": "200"}


def _multimedia(sheet: Sheet, lang: str, url: str) -> list[Body]:
    kinds = (("EU Energy Label", "label"), ("EU Product Fiche", "fiche"))
    return [
        {
            "ID": str(number),
            "URL": f"{url}/files/{sheet.icecat_id}_{name}.pdf",
            "Type": kind,
            "ContentType": "application/pdf",
            "KeepAsUrl": "0",
            "Description": kind,
            "Size": "1000",
            "IsPrivate": "0",
            "Updated": "2026-01-10 08:00:00",
            "Language": lang,
            "IsVideo": 0,
        }
        for number, (kind, name) in enumerate(kinds, 1)
    ]


def _features(sheet: Sheet, lang: str) -> Body:
    features = [_feature("14052", "Product type", "dropdown", "Appliance", "", lang, "900")]
    if sheet.weight is not None:
        grams = format(sheet.weight, "f")
        name = _WEIGHTS[sheet.weight_feature]
        features.append(_feature(sheet.weight_feature, name, "numerical", grams, "g", lang, "500"))
    return {
        "ID": 1,
        "SortNo": "100",
        "FeatureGroup": {"ID": "148", "Name": {"Value": "Features", "Language": lang}},
        "Features": features,
    }


def _feature(key: str, name: str, kind: str, value: str, unit: str, lang: str, sort: str) -> Body:
    return {
        "Localized": 0,
        "ID": int(key) + 1_000_000,
        "LocalID": 0,
        "Type": kind,
        "Value": value,
        "RawValue": value,
        "LocalValue": value,
        "PresentationValue": f"{value} {unit}".strip(),
        "CategoryFeatureId": "1",
        "CategoryFeatureGroupID": "1",
        "SortNo": sort,
        "Description": "",
        "Mandatory": "0",
        "Searchable": "0",
        "Optional": "0",
        "Feature": {
            "ID": key,
            "Sign": unit,
            "Name": {"Value": name, "Language": lang},
            "Measure": {
                "ID": "38" if unit else "29",
                "Sign": unit,
                "Signs": {"ID": "22", "_": unit, "Language": lang},
            },
        },
    }
