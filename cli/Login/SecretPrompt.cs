using System.Text;

namespace Tideway.Cli.Login;

/// <summary>Reads a line from the terminal without showing it; from a pipe as it comes.</summary>
internal static class SecretPrompt
{
    public static string? Read()
    {
        if (Console.IsInputRedirected)
            return Console.In.ReadLine();
        var secret = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Console.Error.WriteLine();
                    return secret.ToString();
                case ConsoleKey.Backspace when secret.Length > 0:
                    secret.Length--;
                    break;
                default:
                    if (!char.IsControl(key.KeyChar))
                        secret.Append(key.KeyChar);
                    break;
            }
        }
    }
}
