using System.CommandLine;
using Tideway.Cli.Api;
using Tideway.Cli.CommandLine;

namespace Tideway.Cli.Login;

/// <summary>Keeping a token for the commands that follow.</summary>
internal static class LoginCommands
{
    public static Command Login(CommandSet commands) =>
        commands.Leaf(
            "login",
            "Check a token and keep it, with the address, for the commands that follow",
            "tideway login --url https://data.example.org < token.txt",
            [],
            async (call, cancellationToken) =>
            {
                var (url, token) = call.Given;
                if (string.IsNullOrEmpty(token))
                {
                    if (call.Environment.IsInteractive)
                        call.Environment.Error.Write($"Token for {url}: ");
                    token = call.Environment.ReadSecret()?.Trim();
                }

                if (string.IsNullOrEmpty(token) || token.Any(char.IsWhiteSpace) || token.Any(char.IsControl))
                    throw new CliFailure(ExitCode.Usage, "A token was expected on standard input; it is one word.");
                var connection = new Connection(url, token);
                using (var api = new ApiClient(connection, call.Timeout))
                    await CheckAsync(api, cancellationToken);
                ConfigFile.Write(call.Environment, connection);
                call.Output.Message($"The token for {url} is kept in {ConfigFile.PathIn(call.Environment)}.");
            }
        );

    public static Command Logout(CommandSet commands) =>
        commands.Leaf(
            "logout",
            "Forget the token that was kept",
            "tideway logout",
            [],
            (call, _) =>
            {
                call.Output.Message(ConfigFile.Delete(call.Environment) ? "The token is forgotten." : "No token was kept.");
                return Task.CompletedTask;
            }
        );

    // Any principal may ask for some of the health; one without the role for it is known all the same.
    private static async Task CheckAsync(ApiClient api, CancellationToken cancellationToken)
    {
        try
        {
            await api.GetAsync($"/api/tideway/v1/health", cancellationToken);
        }
        catch (CliFailure failure)
            when (failure is { ExitCode: ExitCode.Denied, Message: var message } && message.Contains("PERMISSION_DENIED", StringComparison.Ordinal))
        {
            // The server knows whose token it is.
        }
    }
}
