using System.CommandLine;
using Tideway.Cli.Api;
using Tideway.Cli.CommandLine;
using Tideway.Cli.Output;

namespace Tideway.Cli.Subscriptions;

/// <summary>Who is told of new versions of what we share.</summary>
internal static class SubscriptionCommands
{
    public static Command Make(CommandSet commands) =>
        CommandSet.Group("subscription", "Subscriptions: who is told of new versions of our tables", List(commands));

    private static Command List(CommandSet commands)
    {
        var recipient = Symbols.Option("--recipient", "Only those of this recipient", "NAME");
        var share = Symbols.Option("--share", "Only those to this share", "NAME");
        var state = Symbols.Option("--state", "Only those in this state", "ACTIVE|FAILING|DISABLED");
        return commands.Leaf(
            "list",
            "List the subscriptions of all recipients",
            "tideway subscription list --recipient acme",
            [recipient, share, state],
            async (call, cancellationToken) =>
            {
                var query = new Query([("recipient_name", call.Get(recipient)), ("share", call.Get(share)), ("state", call.Get(state))]);
                var found = await call.Api.ListAsync($"/api/tideway/v1/subscriptions/all{query}", "subscriptions", cancellationToken);
                call.Output.List(
                    found,
                    Column.Of("ID", "id"),
                    Column.Of("RECIPIENT", "recipient_name"),
                    Column.Of("SHARE", "share"),
                    Column.Of("SCHEMA", "schema"),
                    Column.Of("TABLE", "table"),
                    Column.Of("STATE", "state"),
                    Column.Time("LAST SUCCESS", "last_success_at"),
                    Column.Of("ENDPOINT", "endpoint")
                );
            }
        );
    }
}
