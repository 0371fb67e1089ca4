// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;
import warren.control.Token;

/// `warren token`: prints the join token and nothing else, so that it can be piped.
final class TokenCommand {
    static final Verb VERB =
            new Verb(
                    "token",
                    "print the token that lets another node join; it is a secret",
                    List.of(),
                    List.of(Option.JSON),
                    TokenCommand::run);

    private TokenCommand() {}

    private static int run(Words words, Console console) throws IOException {
        Token token = console.client().token();
        console.out().println(words.has(Option.JSON) ? token.jsonText() : token.token());
        return Exit.DONE;
    }
}
