"""One Report with everything in it, made by hand, for every renderer to show.

Whoever adds a field to what a Report holds gives it a value here.
"""

from __future__ import annotations

from dataclasses import replace

from ctxguard.dependencies import (
    Dependencies,
    Dependency,
    Evidence,
    Place,
    Undeclared,
    VerdictBytes,
    Why,
)
from ctxguard.dependencies import Verdict as Use
from ctxguard.finding import Edit, Finding, Fix, Severity
from ctxguard.layers import Image, InstalledPackage, Layer, Wasted, WastedPath
from ctxguard.measurement import (
    Backend,
    Brought,
    BuildKitTransfer,
    Context,
    DormantRule,
    Effect,
    EntryKind,
    Excluded,
    GroupRow,
    Heaviest,
    HeavyPath,
    InstructionLine,
    Instructions,
    LegacyTransfer,
    LfsFiles,
    Measurement,
    Outline,
    OutlinedFolder,
    Problem,
    RuleLine,
    RuleSavings,
    TargetTransfer,
    Totals,
)
from ctxguard.report import Failure, Groups, Limit, Past, Report, Status, Tier, Verdict

HOSTILE = (
    "=data/a\x1b[31m\u202e\n::error::\udcff<b>|`x`</script><script>alert(1)</script>"
    "##[error]a@b.c,d%0A"
)
"""A formula, an escape sequence, a bidirectional mark, a line end, workflow commands, a byte that
is no UTF-8, markup, the end of a script, and a script."""

TYPES = (
    GroupRow(".mp4", 1_900_000_000, 1000),
    GroupRow("", 300_000_000, 1),
    GroupRow(".\x1b]0;x\x07", 145_678_901, 233),
)

DOCKERFILE = "docker/Dockerfile.production"
COPY_ALL = InstructionLine(DOCKERFILE, 12, "COPY . .")
COPY_HOSTILE = InstructionLine(DOCKERFILE, 9, f'COPY ["\x1b[31m\u202e\udcff|`x`", "/"] {"x" * 150}')
INSTRUCTIONS = Instructions(
    rows=(
        Brought(COPY_ALL, 2_000_000_000, 1100, 1_999_000_000, 1099),
        Brought(COPY_HOSTILE, 1_000_000, 1, 0, 0),
        Brought(InstructionLine(DOCKERFILE, 14, "RUN --mount=source=x true"), 0, 0, 0, 0),
    ),
    several_bytes=1_000_000,
    several_files=1,
    unasked_bytes=345_678_901,
    unasked_files=134,
)
TARGETS = (
    TargetTransfer("base", False, False, None, "context-unused"),
    TargetTransfer("runtime", False, True, BuildKitTransfer(2_000_123_456, 87_654, 1150), None),
    TargetTransfer("test\x1b[31m\u202e\udcff", False, False, None, "unknown"),
    TargetTransfer(None, True, False, BuildKitTransfer(156, 2, 1), None),
)

NAME = HOSTILE.replace("/", "\\")
"""The same for one file or folder, which holds no slash."""
OUTLINE = Outline(
    folders=(
        OutlinedFolder("", ["dump.sql", NAME], [150_000_000, 50_000_000], [0, 1], [0, 0], (NAME,)),
        OutlinedFolder("data", ["tiny"], [1], [2], [0], ()),
        OutlinedFolder(
            "data/musicvideos", ["a.mp4", "b.MP4"], [10**9, 9 * 10**8], [1, 1], [1, 0], ()
        ),
        OutlinedFolder(f"data/{NAME}", [f"{NAME}.\u202e"], [245_678_900], [0], [2], ("pipe",)),
        OutlinedFolder("empty", [], [], [], [], ()),
    ),
    bringing=((COPY_ALL,), (COPY_HOSTILE, COPY_ALL), ()),
    asked_for=True,
    rules=(
        None,
        RuleLine(4, "!data/musicvideos/a.mp4", "data/musicvideos/a.mp4", negated=True),
        RuleLine(5, f"!{HOSTILE}", HOSTILE, negated=True),
    ),
)

MEASUREMENT = Measurement(
    context=Context(
        root="/srv/music videos",
        backend=Backend.BUILDKIT,
        dockerfile=DOCKERFILE,
        ignore_file=".dockerignore",
        target="runtime",
        platform="linux/arm64",
        build_args={"VERSION": "1.2", "EMPTY": "", f"X{HOSTILE}": HOSTILE},
    ),
    size=Totals(bytes=2_345_678_901, files=1234, directories=56, symlinks=7, other=2),
    copy_all=BuildKitTransfer(bytes=2_345_901_234, warm_bytes=98_765, entries=1299),
    targets=TARGETS,
    instructions=INSTRUCTIONS,
    legacy=LegacyTransfer(bytes=2_346_789_376, entries=1298),
    legacy_reason=None,
    heaviest=Heaviest(
        rows=(
            HeavyPath(
                "data/musicvideos",
                EntryKind.DIRECTORY,
                1_900_000_000,
                1000,
                (COPY_HOSTILE, COPY_ALL),
            ),
            HeavyPath("data/thumbnails", EntryKind.DIRECTORY, 200_000_000, 1),
            HeavyPath("dump.sql", EntryKind.FILE, 150_000_000, 1),
            HeavyPath(HOSTILE, EntryKind.FILE, 50_000_000, 1),
            HeavyPath(f"logs/{'very-' * 20}long.log", EntryKind.FILE, 25_000_000, 1),
            HeavyPath("\u97f3\u697d/\U0001f3b5" * 12, EntryKind.FILE, 15_000_000, 1),
            HeavyPath("tiny", EntryKind.FILE, 1, 1),
        ),
        rest_bytes=5_678_900,
        rest_files=228,
    ),
    types=TYPES,
    excluded=Excluded(
        bytes=400_000_000,
        files=40,
        rules=(
            RuleSavings(".dockerignore", 2, "node_modules", 390_000_000, 39),
            RuleSavings(".dockerignore", 5, "\x1b[31m\u202e*\udcff", 10_000_000, 1),
        ),
    ),
    problems=(
        Problem("not-utf8", HOSTILE, "its name is not UTF-8", Effect.BUILD_FAILS),
        Problem("unreadable-file", "secret", "it cannot be read", Effect.SENT_EMPTY),
        Problem("unset-variable", DOCKERFILE, "nothing sets X", Effect.NOT_COUNTED, 9),
    ),
    dormant_rules=(DormantRule("![z-a]", "syntax error in pattern", ".dockerignore", 9),),
    complete=True,
    lfs=LfsFiles(3, 700_000_000, pointers=False),
    outline=OUTLINE,
)

FINDINGS = (
    Finding(
        "CTX001",
        Severity.ERROR,
        'the rule "\u202e*.log" is broken',
        file=".dockerignore",
        line=9,
    ),
    Finding(
        "CTX002",
        Severity.WARNING,
        "this folder is data, not source",
        path="data/musicvideos",
        related=("data/thumbnails", HOSTILE),
        bytes=1_900_000_000,
        fix=Fix(
            "ignore it",
            "echo data/musicvideos >> .dockerignore",
            (
                Edit(".dockerignore", line=3, delete=1, insert=("data/musicvideos", "!data/keep")),
                Edit("docker/Dockerfile.production", line=7, delete=2, insert=()),
            ),
        ),
    ),
    Finding(
        "CTX003",
        Severity.NOTE,
        f"a note on {HOSTILE}",
        path=HOSTILE,
        fix=Fix(f"mend {HOSTILE}", f"sed {HOSTILE}", (Edit(HOSTILE, 1, 0, (HOSTILE,)),)),
    ),
    Finding(
        "PKG001",
        Severity.WARNING,
        "opencv-python-headless is not needed: no file imports cv2",
        file="requirements.txt",
        line=3,
        bytes=145_000_000,
        fix=Fix("take it out, or have files written without it", "ctxguard deps split", ()),
    ),
)

DEPENDENCIES = Dependencies(
    rows=(
        Dependency(
            "opencv-python-headless",
            Use.UNUSED,
            (Evidence(Why.IMPORT, "no file imports cv2"),),
            (Place("requirements.txt", 3), Place("worker/requirements.txt", 1)),
            version="4.10.0.84",
            bytes=120_000_000,
            exclusive_bytes=145_000_000,
            key="opencv-python-headless",
        ),
        Dependency(
            "pytest",
            Use.DEVELOPMENT,
            (
                Evidence(Why.TOOL, "a known tool of developers"),
                Evidence(Why.TEST_IMPORT, "a test imports it", Place("tests/test_app.py", 2)),
            ),
            (Place("requirements.txt", 9),),
            version="9.0.1",
            bytes=2_500_000,
            exclusive_bytes=0,
            key="pytest",
        ),
        Dependency(
            f"name {HOSTILE}",
            Use.NEEDS_VERIFICATION,
            (Evidence(Why.MENTION, f"named as {HOSTILE}", Place(f"app/{HOSTILE}", 4)),),
            (Place(HOSTILE, 7),),
            question=f"Is {HOSTILE} loaded by that name?",
            redundant_with=(HOSTILE, "httpx"),
            version=HOSTILE,
            key="name",
        ),
        Dependency(
            "requests",
            Use.USED,
            (Evidence(Why.IMPORT, "imported", Place("app/client.py", 3)),),
            (Place("requirements.txt", 4),),
            redundant_with=("httpx",),
            version="2.32.5",
            bytes=300_000,
            exclusive_bytes=1_200_000,
            key="requests",
        ),
        Dependency("httpx", Use.USED, (), (), redundant_with=("requests",), key="httpx"),
    ),
    sums=(
        VerdictBytes(Use.USED, 2, 1_200_000, 1),
        VerdictBytes(Use.NEEDS_VERIFICATION, 1, 0, 1),
        VerdictBytes(Use.DEVELOPMENT, 1, 2_500_000, 0),
        VerdictBytes(Use.UNUSED, 1, 145_000_000, 0),
    ),
    measured=f"/srv/{HOSTILE}/.venv",
    undeclared=(
        Undeclared("yaml", Place("app/settings.py", 5)),
        Undeclared(f"lib.{HOSTILE}", Place(HOSTILE, 1)),
    ),
    problems=(f"{HOSTILE}:3: it is not read: no requirement",),
)

VERDICT = Verdict(
    Status.CRITICAL,
    (
        Limit("context-size", Tier.WARNING, "bytes", 1_000_000_000, 2_345_678_901),
        Limit("context-size", Tier.CRITICAL, "bytes", 1_500_000_000, 2_345_678_901),
        Limit("transfer", Tier.CRITICAL, "bytes", 1_500_000_000, 0),
        Limit("files", Tier.CRITICAL, "files", 1000, 1234),
        Limit("files", Tier.WARNING, "files", 5000, 1234, scope="docs"),
    ),
    unknown="context-unused",
)

OVER_BUDGET = Report(
    MEASUREMENT,
    VERDICT,
    FINDINGS,
    Groups("type", TYPES),
    name="api",
    folder="services/music videos",
    past=(
        Past(
            "2026-11-01T08:00:00.000000Z", 500_000_000, "0123456789abcdef0123456789abcdef01234567"
        ),
        Past("2026-11-20T08:00:00.000000Z", 2_100_000_000, None),
    ),
    dependencies=DEPENDENCIES,
)

FAILURES = (Failure(f"web {HOSTILE}", f"its Dockerfile {HOSTILE} cannot be read"),)

IMAGE = Image(
    reference=f"app:1 {HOSTILE}",
    id=f"sha256:{'1' * 64}",
    created=f"2026-11-27T10:00:00Z{HOSTILE}",
    layers=(
        Layer(
            1,
            f"sha256:{'2' * 64}",
            "ADD rootfs.tar /",
            "2026-01-01T00:00:00Z",
            100_000_000,
            3000,
            103_000_000,
            40_000_000,
            0,
            base=True,
        ),
        Layer(
            2,
            f"sha256:{'3' * 64}",
            f"RUN {HOSTILE} {'x' * 150}",
            None,
            1_900_000_000,
            9000,
            1_910_000_000,
            700_000_000,
            200_000_000,
            base=False,
        ),
        Layer(3, f"sha256:{'4' * 64}", "", None, 345_678_901, 2, 345_700_000, 1, 0, base=False),
    ),
    wasted=Wasted(
        200_000_000,
        2,
        (
            WastedPath(HOSTILE, 150_000_000, 2, 3, overwritten=True),
            WastedPath("var/cache/apt/pkgcache.bin", 50_000_000, 2, 3, overwritten=False),
        ),
    ),
    shown_bytes=2_145_678_901,
    shown_files=12_000,
    base_bytes=100_000_000,
    packages=(
        InstalledPackage("opencv", "4.10", "python", 120_000_000, 400),
        InstalledPackage(HOSTILE, HOSTILE, "apk", 80_000_000, 20),
    ),
    origins=(2, 2, 3, 2, 1, 2, 3),
)
OF_AN_IMAGE = Report(
    replace(
        MEASUREMENT,
        context=Context(IMAGE.reference, Backend.BUILDKIT, source="image"),
        copy_all=None,
        targets=(TargetTransfer(None, default=True, chosen=True, buildkit=None, reason="image"),),
        instructions=None,
        legacy=None,
        legacy_reason="an image has no context",
        excluded=None,
        problems=(),
        lfs=None,
    ),
    Verdict(
        Status.CRITICAL,
        (
            Limit("image-size", Tier.WARNING, "bytes", 1_000_000_000, 2_345_678_901),
            Limit("image-size", Tier.CRITICAL, "bytes", 1_500_000_000, 2_345_678_901),
            Limit("wasted", Tier.CRITICAL, "bytes", 100_000_000, 200_000_000),
        ),
    ),
    FINDINGS,
    image=IMAGE,
    dependencies=DEPENDENCIES,
)
