"""An Apache with mod_auth_openidc in front of one page: a system that is not ours, in a process of its own."""

import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

SERVER = "/usr/sbin/apache2"
MODULES = Path("/usr/lib/apache2/modules")
WANTED = ("mpm_event", "authn_core", "authz_core", "authz_user", "headers", "dir", "auth_openidc")
SECONDS = 20.0

CONFIGURATION = """\
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
LogLevel warn auth_openidc:info
{modules}
DocumentRoot {folder}/pages
DirectoryIndex index.html
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client}
OIDCClientSecret {secret}
OIDCRedirectURI http://localhost:{port}/inside/callback
OIDCCryptoPassphrase {passphrase}
OIDCPKCEMethod S256
OIDCScope "openid profile"
OIDCRemoteUserClaim sub
OIDCPassClaimsAs environment
<Directory {folder}/pages>
  Require all granted
</Directory>
<Location /inside>
  AuthType openid-connect
  Require valid-user
  Header always set X-Subject "%{{OIDC_CLAIM_sub}}e"
  Header always set X-Acr "%{{OIDC_CLAIM_acr}}e"
</Location>
"""


def missing() -> str | None:
    """What is not installed; None if everything is there."""
    if not Path(SERVER).exists():
        return "apache2 is not installed"
    module = MODULES / "mod_auth_openidc.so"
    return None if module.exists() else "libapache2-mod-auth-openidc is not installed"


@contextmanager
def serving(folder: Path, port: int, *, issuer: str, client: str, secret: str) -> Iterator[str]:
    """The address of the server. `/` is open, `/inside/` asks to sign in."""
    pages = folder / "pages"
    (pages / "inside").mkdir(parents=True)
    body = "<!doctype html><html lang=zh-CN><title>{0}</title><h1>{0}</h1>"
    (pages / "index.html").write_text(body.format("outside"))
    (pages / "inside" / "index.html").write_text(body.format("inside"))
    loaded = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in WANTED)
    configuration = folder / "apache.conf"
    configuration.write_text(
        CONFIGURATION.format(
            folder=folder,
            port=port,
            modules=loaded,
            issuer=issuer,
            client=client,
            secret=secret,
            passphrase=secrets.token_hex(16),
        )
    )
    if shutil.which("chmod"):
        subprocess.run(["chmod", "-R", "a+rX", str(folder)], check=True)
    process = subprocess.Popen([SERVER, "-f", str(configuration), "-DFOREGROUND"], cwd=folder)
    try:
        _wait(f"http://127.0.0.1:{port}/", process, folder)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=1):
                return
        except (URLError, ConnectionError):
            if process.poll() is not None:
                break
            time.sleep(0.1)
    log = folder / "error.log"
    raise RuntimeError(log.read_text() if log.exists() else "apache said nothing")
