/// What Python's `tarfile` says of archives: the oracle of these tests.
enum Oracle {
  /// Writes an archive of many kinds of members. Arguments: path, tarfile mode, format, sizes of documents.
  static let make = #"""
    import tarfile, io, sys, os, random
    path, mode, fmt = sys.argv[1:4]
    sizes = [int(s) for s in sys.argv[4:]] or [0, 1, 511, 512, 513, 1023, 1024, 1025, 750]
    random.seed(7)
    fmt = {'ustar': tarfile.USTAR_FORMAT, 'gnu': tarfile.GNU_FORMAT, 'pax': tarfile.PAX_FORMAT}[fmt]
    kw = {'pax_headers': {'comment': 'a global comment'}} if fmt == tarfile.PAX_FORMAT else {}
    t = tarfile.open(path, mode, format=fmt, **kw)
    def add(name, data=b'', type=tarfile.REGTYPE, **extra):
        i = tarfile.TarInfo(name); i.type = type; i.size = len(data) if type == tarfile.REGTYPE else 0
        i.mode = 0o640; i.uid = 1000; i.gid = 100; i.uname = 'someone'; i.gname = 'users'
        i.mtime = 1700000000.25 if fmt == tarfile.PAX_FORMAT else 1700000000
        for k, v in extra.items(): setattr(i, k, v)
        t.addfile(i, io.BytesIO(data))
    add('./cache', type=tarfile.DIRTYPE, mode=0o755)
    add('binary', random.randbytes(700001))
    for n, size in enumerate(sizes):
        add('./cache/doc_%d_%d.json' % (n, size), bytes(random.choices(b'abcdef \n', k=size)))
        if n % 3 == 0: add('cache/other_%d' % n, random.randbytes(n * 97))
    add('long/' + 'x' * 90 + '/' + 'y' * 60 + '.json', b'{"long": 1}')
    if fmt != tarfile.USTAR_FORMAT:
        add('long/' + 'z' * 99 + '/' + 'z' * 180 + '.json', b'{"longer": 1}')
        add('link2', type=tarfile.SYMTYPE, linkname='q' * 150)
    add('link', type=tarfile.SYMTYPE, linkname='cache')
    add('hard.json', type=tarfile.LNKTYPE, linkname='./cache/doc_0_%d.json' % sizes[0])
    add('fifo.json', type=tarfile.FIFOTYPE)
    add('null.json', type=tarfile.CHRTYPE, devmajor=1, devminor=3)
    add('sch\u00f6n \u65e5\u672c.json', b'{"name": "unicode"}')
    if fmt == tarfile.PAX_FORMAT:
        add('vendor.json', b'{"vendor": 1}', pax_headers={'VENDOR.key': 'kept', 'comment': 'this too', 'atime': '1700000000.5'})
        add('sized.json', b'{"s":1}' + b' ' * 92, pax_headers={'size': '99'})
    t.close()
    """#

  /// Compares two archives. Arguments: before, after, what was appended to every changed document, and a word: `raw` where
  /// the raw headers must agree too. Prints nothing but what differs.
  static let compare = #"""
    import tarfile, sys, gzip, bz2, lzma, subprocess
    before, after, suffix, how = sys.argv[1:5]
    def plain(path):
        data = open(path, 'rb').read()
        for magic, tool in ((b'\x1f\x8b', 'gzip'), (b'BZh', 'bzip2'), (b'\xfd7zXZ', 'xz'), (b'\x28\xb5\x2f\xfd', 'zstd'),
                            (b'\x04\x22\x4d\x18', 'lz4'), (b'\x02\x21\x4c\x18', 'lz4')):
            if data.startswith(magic):
                return subprocess.run([tool, '-dc', path], stdout=subprocess.PIPE, check=True).stdout
        return data
    import io
    a, b = plain(before), plain(after)
    ta = tarfile.open(fileobj=io.BytesIO(a)); tb = tarfile.open(fileobj=io.BytesIO(b))
    ma, mb = ta.getmembers(), tb.getmembers()
    if len(ma) != len(mb): print('members', len(ma), len(mb))
    if ta.pax_headers != tb.pax_headers: print('global', ta.pax_headers, tb.pax_headers)
    enda = endb = 0
    for x, y in zip(ma, mb):
        changed = x.isreg() and x.name.endswith('.json')
        for field in 'name mode uid gid uname gname mtime type linkname devmajor devminor'.split():
            if getattr(x, field) != getattr(y, field): print(x.name, field, getattr(x, field), getattr(y, field))
        px, py = dict(x.pax_headers), dict(y.pax_headers)
        if changed and 'size' in px: px['size'] = str(int(px['size']) + len(suffix))
        if px != py: print(x.name, 'pax', px, py)
        if x.isreg():
            dx, dy = ta.extractfile(x).read(), tb.extractfile(y).read()
            if dy != dx + (suffix.encode() if changed else b''): print(x.name, 'data')
        if how == 'raw':
            ha, hb = bytearray(a[enda:x.offset_data]), bytearray(b[endb:y.offset_data])
            def mask(h, at): h[at + 124:at + 136] = b' ' * 12; h[at + 148:at + 156] = b' ' * 8
            if changed:
                for h in (ha, hb): mask(h, len(h) - 512)
            if changed and 'size' in x.pax_headers:
                def record(t): v = 'size=' + t.pax_headers['size'] + '\n'; return ('%d ' % (len(v) + 3) + v).encode()
                for h, t in ((ha, x), (hb, y)):
                    if record(t) not in h: print(x.name, 'no record', record(t))
                    mask(h, 0); h[512:1024] = bytes(h[512:1024]).replace(record(t), b'').ljust(512, b'\0')
            if ha != hb: print(x.name, 'raw header differs')
            pad = lambda t: (t.size + 511) // 512 * 512 if t.isreg() else 0
            enda, endb = x.offset_data + pad(x), y.offset_data + pad(y)
    if how == 'raw' and len(a) % 10240 == 0 and len(b) % 10240: print('record', len(b))
    """#
}
