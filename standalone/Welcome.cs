namespace Tideway.Standalone;

/// <summary>What a person sees when the organisation is up.</summary>
internal static class Welcome
{
    /// <summary>Prints the address, and the first administrator's token where one was just made: the only time it can be seen.</summary>
    public static void Print(TextWriter output, IEnumerable<string> addresses, string folder, string? adminToken)
    {
        output.WriteLine($"Tideway is up at {string.Join(", ", addresses)}; its folder is {folder}.");
        if (adminToken is not null)
        {
            output.WriteLine($"First administrator token, shown this once: {adminToken}");
            output.WriteLine("Next: export TIDEWAY_URL and TIDEWAY_TOKEN with these two, then try: tideway share list");
        }
    }
}
