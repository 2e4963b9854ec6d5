#include "CSparseHash.h"
