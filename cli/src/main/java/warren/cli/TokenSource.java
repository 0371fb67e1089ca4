// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/// Reads a join token from stdin or a file.
final class TokenSource {
    /// Many times what a token with every endpoint of a large node needs.
    private static final int LIMIT = 64 << 10;

    /// Shorter than any token, which holds at least the 32 bytes of the secret; longer than most
    /// file names.
    private static final int TOKEN_MIN_LENGTH = 40;

    private final Console console;

    TokenSource(Console console) {
        this.console = console;
    }

    /// Whether somebody typed the token where its source belongs.
    static boolean looksLikeToken(String source) {
        return source.length() >= TOKEN_MIN_LENGTH
                && source.chars().noneMatch(c -> c == '/' || Character.isWhitespace(c))
                && !exists(source);
    }

    /// The token without the blanks around it. Complaints never repeat what was read.
    String read(String source) throws IOException {
        byte[] bytes = bytes(source);
        try {
            if (bytes.length > LIMIT) {
                throw new IOException("this is no token: longer than " + LIMIT + " bytes");
            }
            String token = new String(bytes, StandardCharsets.US_ASCII).strip();
            if (token.isEmpty()) {
                throw new IOException(
                        "no token: " + (source.equals("-") ? "stdin" : source) + " is empty");
            }
            return token;
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private byte[] bytes(String source) throws IOException {
        if (source.equals("-")) {
            promptOnTerminal();
            return console.in().readNBytes(LIMIT + 1);
        }
        try (InputStream in = Files.newInputStream(Path.of(source))) {
            return in.readNBytes(LIMIT + 1);
        } catch (NoSuchFileException | InvalidPathException _) {
            throw new IOException("no such file: " + source + " (for stdin give -)");
        } catch (IOException e) {
            throw new IOException("cannot read " + source + ": " + e.getMessage(), e);
        }
    }

    // JDK 22 to 24 never returned null here; 25 does again where stdin is no terminal.
    @SuppressWarnings("SystemConsoleNull")
    private void promptOnTerminal() {
        if (console.in() == System.in && System.console() != null) {
            console.err().println("Paste the token, then press Enter and Ctrl-D:");
        }
    }

    private static boolean exists(String source) {
        try {
            return Files.exists(Path.of(source));
        } catch (InvalidPathException _) {
            return false;
        }
    }
}
