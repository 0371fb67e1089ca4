// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import picocli.CommandLine.Command;

/// `warren` itself: the list of the commands.
@Command(
        name = "warren",
        description = "One encrypted network for containers on several machines.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n",
        footer = {
            "",
            "Exit codes: 0 done; 1 refused or failed, one line on stderr says why; 2 usage.",
        })
final class WarrenCommand {}
