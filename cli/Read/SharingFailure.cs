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
            throw new CliFailure(ExitCode.Usage, exception.Message, exception);
        }
        catch (DeltaSharingException exception)
        {
            var request = exception.RequestId is null ? "" : $" (request {exception.RequestId})";
            throw new CliFailure(ExitCodeOf(exception.Error), exception.Message + Hint(exception.Error) + request, exception);
        }
    }

    private static string Hint(DeltaSharingError error) =>
        error switch
        {
            DeltaSharingError.AddressRefused => " Here it is --allow-insecure.",
            DeltaSharingError.CredentialRefused => " Here it is --key-folder.",
            _ => "",
        };

    private static int ExitCodeOf(DeltaSharingError error) =>
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
