// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class AptMirrorTest {
    @Test
    void findsTheArchiveAmongStanzas() {
        String text =
                """
                # the image's
                Types: deb
                URIs: https://apt.example.net/node
                Suites: nodistro

                types: deb
                # snapshot
                uris: http://mirror.example.org/debian-security http://mirror.example.org/debian/
                Suites: bookworm bookworm-updates
                Signed-By: /usr/share/keyrings/example.gpg
                """;
        assertEquals(
                Optional.of(
                        new AptMirror(
                                "http://mirror.example.org/debian/",
                                Optional.of("/usr/share/keyrings/example.gpg"))),
                AptMirror.parse("debian.sources", text));
    }

    @Test
    void aKeyWithinTheStanzaIsNotAFile() {
        String text =
                """
                URIs: http://mirror.example.org/debian
                Signed-By:
                 -----BEGIN PGP PUBLIC KEY BLOCK-----
                """;
        assertEquals(
                Optional.of(new AptMirror("http://mirror.example.org/debian", Optional.empty())),
                AptMirror.parse("debian.sources", text));
    }

    @Test
    void findsTheArchiveAmongLines() {
        String text =
                """
                deb-src http://source.example.org/debian sid main
                deb http://mirror.example.org/debian-security bookworm-security main
                deb [ arch=amd64 signed-by=/k.gpg ] http://mirror.example.org/debian bookworm main
                """;
        assertEquals(
                Optional.of(
                        new AptMirror("http://mirror.example.org/debian", Optional.of("/k.gpg"))),
                AptMirror.parse("sources.list", text));
    }

    @Test
    void otherDistributionsAreNotTheArchive() {
        String text = "deb http://archive.example.com/ubuntu noble main\n";
        assertEquals(Optional.empty(), AptMirror.parse("sources.list", text));
        assertEquals(Optional.empty(), AptMirror.parse("a.sources", ""));
    }
}
