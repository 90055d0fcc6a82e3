using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Tideway.Hosting.Startup;

/// <summary>How a Tideway process ends: an exit code, and one line on standard error where what is wrong is for the operator to mend.</summary>
public static partial class ProcessExit
{
    /// <summary>It was stopped.</summary>
    public const int Stopped = 0;

    /// <summary>A setting, or an argument, is wrong.</summary>
    public const int SettingIsWrong = 2;

    /// <summary>Something else listens at the address.</summary>
    public const int AddressInUse = 4;

    /// <summary>
    /// Runs the process. A setting that is refused and an address that is taken are told in one line; everything else is a bug or beyond us, and
    /// ends the process with its stack trace.
    /// </summary>
    public static async Task<int> OfAsync(Func<Task> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        try
        {
            await run();
            return Stopped;
        }
        catch (OptionsValidationException exception)
        {
            return Report(SettingIsWrong, $"A setting is wrong: {string.Join(' ', exception.Failures)}");
        }
        catch (InvalidOperationException exception) when (Unreadable(exception) is { } message)
        {
            return Report(SettingIsWrong, message);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            return Report(AddressInUse, $"{exception.Message} Stop what listens there, or name another address.");
        }
    }

    /// <summary>Writes the line and gives the code back.</summary>
    public static int Report(int exitCode, string message)
    {
        Console.Error.WriteLine(message);
        return exitCode;
    }

    // The binder says it in words only. The value is left out: it may be a secret in the wrong place.
    private static string? Unreadable(InvalidOperationException exception)
    {
        if (exception.Source != "Microsoft.Extensions.Configuration.Binder" || ConversionFailure().Match(exception.Message) is not { Success: true } match)
            return null;
        var type = match.Groups["type"].Value;
        return $"A setting is wrong: '{match.Groups["key"].Value}' is expected to be a {type[(type.LastIndexOf('.') + 1)..]}{Example(type)}.";
    }

    private static string Example(string type) =>
        type switch
        {
            "System.TimeSpan" => ", such as 00:00:05",
            "System.Boolean" => ", true or false",
            "System.Uri" => ", such as https://tideway.example.org",
            _ => "",
        };

    [GeneratedRegex("at '(?<key>[^']+)' to type '(?<type>[^']+)'", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ConversionFailure();
}
