"""The command `soundalike`."""

import os
import sys


def main() -> None:
    """Run the command; exit with 0 (done), 1 (failed, with a reason) or 2 (wrong usage)."""
    # Threads of linear algebra spin while they wait: beside other work they slow each other tenfold, and gain nothing.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from soundalike.cli.app import cli, run  # noqa: PLC0415 - `import soundalike.__main__` stays free

    sys.exit(run(cli))


if __name__ == "__main__":
    main()
