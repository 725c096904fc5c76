"""Entry point of the `photosync` command. Imports nothing heavy until it is called."""


def main() -> None:
    from photosync.cli.main import run

    run()


if __name__ == "__main__":
    main()
