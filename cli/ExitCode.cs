namespace Tideway.Cli;

/// <summary>How the program ends; part of its interface.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>It was tried and did not work.</summary>
    public const int Failed = 1;

    /// <summary>The command line, or a value in it, is not what was expected; also where the server finds that.</summary>
    public const int Usage = 2;

    public const int NotFound = 3;

    /// <summary>No token, an unknown one, or one without the role.</summary>
    public const int Denied = 4;

    /// <summary>It is there already, or in a state that does not allow this.</summary>
    public const int Conflict = 5;

    /// <summary>The server cannot be reached, or says that it cannot answer just now.</summary>
    public const int Unreachable = 6;

    /// <summary>What nobody thought of: a fault of this program.</summary>
    public const int Unexpected = 70;

    public const int Cancelled = 130;
}
