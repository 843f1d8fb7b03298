"""Writes the seeds of the fuzzer: small sound archives of every kind, each with the byte that names it in front."""
import bz2, gzip, io, lzma, os, subprocess, sys, tarfile, zipfile

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
NAMES = ["x.tar", "x.tar.gz", "x.tar.zst", "x.tar.xz", "x.tar.bz2", "x.tar.lz4", "x.zip", "x.7z", "x.cpio", "x"]


def put(name, kind, data):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(bytes([NAMES.index(kind)]) + data)


def tar(format, long=False, extra={}):
    file = io.BytesIO()
    archive = tarfile.open(fileobj=file, mode="w", format=format, pax_headers=extra)
    for name, data in [("n" * (130 if long else 3) + ".json", b'{"a": 1}'), ("big", b"b" * 1500), ("b.json", b"{}" * 300)]:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "big"
    archive.addfile(link)
    archive.close()
    return file.getvalue()


def run(*command, input):
    return subprocess.run(command, input=input, stdout=subprocess.PIPE, check=True).stdout


tars = {
    "ustar": tar(tarfile.USTAR_FORMAT),
    "gnu": tar(tarfile.GNU_FORMAT, long=True),
    "pax": tar(tarfile.PAX_FORMAT, long=True, extra={"comment": "g"}),
}
for name, data in tars.items():
    put(name, "x.tar", data)
    put(name + "-unnamed", "x", data)
    put(name + ".gz", "x.tar.gz", gzip.compress(data))
    put(name + ".xz", "x.tar.xz", lzma.compress(data))
    put(name + ".bz2", "x.tar.bz2", bz2.compress(data))
    put(name + ".zst", "x.tar.zst", run("zstd", "-qc", input=data))
    put(name + ".lz4", "x.tar.lz4", run("lz4", "-qc", input=data))
for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("a.json", '{"a": 1}')
        archive.writestr("big", b"b" * 900)
    put(f"zip{method}", "x.zip", file.getvalue())
for kind in ("newc", "odc"):
    put("cpio-" + kind, "x.cpio", run("bsdtar", "--format", kind, "-cf", "-", "-C", os.path.dirname(os.path.abspath(__file__)), "seeds.py", input=b""))
put("7z", "x.7z", run("bsdtar", "--format", "7zip", "-cf", "-", "-C", os.path.dirname(os.path.abspath(__file__)), "seeds.py", input=b""))
