// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import warren.control.Token;

/// `warren token`: prints the join token and nothing else, so that it can be piped.
@Command(
        name = "token",
        description = "Print the token that lets another node join. It is a secret.",
        mixinStandardHelpOptions = true)
final class TokenCommand implements Callable<Integer> {
    private final Console console;

    @Mixin private JsonOption json = new JsonOption();

    TokenCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Token token = console.client().token();
        console.out().println(json.wanted ? token.jsonText() : token.token());
        return Exit.DONE;
    }
}
