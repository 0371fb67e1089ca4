// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;
import warren.control.AddressReport;

/// `warren addresses`: who owns what of the overlay network.
final class AddressesCommand {
    static final Verb VERB =
            new Verb(
                    "addresses",
                    "show which node owns what of the overlay network",
                    List.of(),
                    List.of(Option.JSON),
                    AddressesCommand::run);

    private AddressesCommand() {}

    private static int run(Words words, Console console) throws IOException {
        AddressReport report = console.client().addresses();
        if (words.has(Option.JSON)) {
            console.out().println(report.jsonText());
        } else {
            AddressesText.print(report, console.out());
        }
        return Exit.DONE;
    }
}
