using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.Cli.Read;

/// <summary>Turns what goes wrong with a sharing server into a message and an exit code.</summary>
internal static class SharingFailure
{
    public static async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (SharingProtocolException exception)
        {
            throw new CliFailure(ExitCode.Failed, exception.Message, exception);
        }
        catch (DeltaSharingException exception)
        {
            throw new CliFailure(ExitCodeOf(exception.Error), TextOf(exception), exception);
        }
    }

    /// <summary>The message, with what to do about it here, and the request by which the server's operator finds it.</summary>
    public static string TextOf(DeltaSharingException exception) =>
        exception.Message + Hint(exception.Error) + (exception.RequestId is null ? "" : $" (request {exception.RequestId})");

    private static string Hint(DeltaSharingError error) =>
        error switch
        {
            DeltaSharingError.AddressRefused => " Here it is --allow-insecure.",
            DeltaSharingError.CredentialRefused => " Here it is --key-folder.",
            _ => "",
        };

    public static int ExitCodeOf(DeltaSharingError error) =>
        error switch
        {
            DeltaSharingError.AddressRefused or DeltaSharingError.InvalidRequest or DeltaSharingError.CredentialRefused => ExitCode.Usage,
            DeltaSharingError.Unauthorized or DeltaSharingError.Forbidden => ExitCode.Denied,
            DeltaSharingError.NotFound => ExitCode.NotFound,
            DeltaSharingError.Unreachable or DeltaSharingError.Timeout or DeltaSharingError.TooManyRequests or DeltaSharingError.ConnectionBroken =>
                ExitCode.Unreachable,
            _ => ExitCode.Failed,
        };
}
